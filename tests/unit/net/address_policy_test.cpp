#include "net/address_policy.h"

#include <gtest/gtest.h>

namespace wac::net {
namespace {

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value();
}

TEST(AddressPolicy, TheInternetIsPublic) {
  for (const char* text : {"8.8.8.8", "1.1.1.1", "157.240.22.1", "100.63.255.255", "100.128.0.0",
                           "172.15.0.1", "172.32.0.1", "223.255.255.255", "2a03:2880:f11c::1",
                           "2606:4700::1111", "2001:4860:4860::8888", "2001:200::1", "2003::1"}) {
    EXPECT_TRUE(is_public(address(text))) << text;
  }
}

TEST(AddressPolicy, MetadataServicesAreKnownInEveryForm) {
  for (const char* text :
       {"169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254",
        "fd20:ce::254", "::ffff:169.254.169.254", "::ffff:100.100.100.200", "64:ff9b::a9fe:a9fe"}) {
    EXPECT_TRUE(is_cloud_metadata(address(text))) << text;
    EXPECT_FALSE(any_but_metadata()(address(text))) << text;
  }
  for (const char* text : {"127.0.0.1", "10.0.0.1", "169.254.1.1", "fd00::1", "::1", "8.8.8.8"}) {
    EXPECT_TRUE(any_but_metadata()(address(text))) << text;
  }
}

TEST(AddressPolicy, WhatCouldBeANeighbourIsNot) {
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "127.0.0.1",
                           "127.255.255.255",
                           "10.0.0.1",
                           "10.255.255.255",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.0.1",
                           "169.254.169.254",
                           "169.254.0.1",
                           "100.64.0.1",
                           "100.100.100.200",
                           "100.127.255.255",
                           "168.63.129.16",
                           "192.0.0.192",
                           "192.0.2.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.7",
                           "203.0.113.9",
                           "192.88.99.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fd12:3456::1",
                           "ff02::1",
                           "2001:db8::1",
                           "3fff::1",
                           "100::1",
                           "5f00::1"}) {
    EXPECT_FALSE(is_public(address(text))) << text;
  }
}

TEST(AddressPolicy, AnIpv4AddressInsideAnIpv6AddressIsNeverPublic) {
  for (const char* text :
       {"::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"}) {
    EXPECT_FALSE(is_public(address(text))) << text;
  }
}

TEST(AddressPolicy, AllowedNetworksAddToThePublicOnes) {
  const AddressJudge judge =
      public_or({IpNetwork::parse("127.0.0.0/8").value(), IpNetwork::parse("fd00::/16").value()});
  EXPECT_TRUE(judge(address("8.8.8.8")));
  EXPECT_TRUE(judge(address("127.0.0.1")));
  EXPECT_TRUE(judge(address("fd00::5")));
  EXPECT_FALSE(judge(address("10.0.0.1")));
  EXPECT_FALSE(judge(address("fd01::5")));
  EXPECT_FALSE(judge(address("::ffff:127.0.0.1")));
  EXPECT_FALSE(public_or({})(address("127.0.0.1")));
}

TEST(IpNetwork, IsReadStrictly) {
  for (const char* text :
       {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0/8", "0x7f.0.0.1",
        "2130706433", "127.1", "fd00::/129", "fd00::1/16", "", "/8", "fe80::1%eth0"}) {
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  }
}

TEST(IpNetwork, HoldsItsAddressesAndNoOther) {
  const IpNetwork odd = IpNetwork::parse("10.128.0.0/9").value();
  EXPECT_TRUE(odd.contains(address("10.128.0.0")));
  EXPECT_TRUE(odd.contains(address("10.255.255.255")));
  EXPECT_FALSE(odd.contains(address("10.127.255.255")));
  EXPECT_FALSE(odd.contains(address("11.128.0.0")));
  const IpNetwork one = IpNetwork::parse("192.0.2.7").value();
  EXPECT_TRUE(one.contains(address("192.0.2.7")));
  EXPECT_FALSE(one.contains(address("192.0.2.6")));
  const IpNetwork all = IpNetwork::parse("0.0.0.0/0").value();
  EXPECT_TRUE(all.contains(address("255.1.2.3")));
  EXPECT_FALSE(all.contains(address("::1")));
}

}  // namespace
}  // namespace wac::net
