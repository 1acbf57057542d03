#include "sandbox/webhook_queue.h"

#include "sandbox/seeded_random.h"

#include <algorithm>
#include <utility>

namespace wac::sandbox {

WebhookQueue::WebhookQueue(Scheduler& scheduler, WebhookTransport& transport, Random& random,
                           WebhookConfig config, std::string waba_id, Hooks hooks)
    : scheduler_(scheduler),
      transport_(transport),
      random_(random),
      config_(std::move(config)),
      waba_id_(std::move(waba_id)),
      hooks_(std::move(hooks)) {}

void WebhookQueue::schedule(Update update, Millis delay) {
  if (!subscribed_ || happens(random_, config_.faults.drop_percent)) {
    ++counts_.scheduled;
    ++counts_.dropped;
    return;
  }
  if (happens(random_, config_.faults.delay_percent)) delay += config_.faults.delay;
  if (happens(random_, config_.faults.reorder_percent)) {
    ++counts_.held_back;
    delay += Millis{1 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(
                            std::max<std::int64_t>(config_.faults.held_back.count(), 1))))};
  }
  ++counts_.scheduled;
  ++counts_.pending;
  later_.emplace(Key{scheduler_.now() + delay, ++order_}, std::move(update));
  arm();
}

void WebhookQueue::arm() {
  MonoTime earliest = MonoTime::max();
  if (!later_.empty()) earliest = later_.begin()->first.first;
  if (!deliveries_later_.empty()) earliest = std::min(earliest, deliveries_later_.begin()->first.first);
  if (earliest >= armed_ || stopping_) return;
  if (timer_ != 0) scheduler_.cancel(timer_);
  armed_ = earliest;
  timer_ = scheduler_.call_at(earliest, [this] { on_timer(); });
}

void WebhookQueue::on_timer() {
  timer_ = 0;
  armed_ = MonoTime::max();
  const MonoTime now = scheduler_.now();
  while (!later_.empty() && later_.begin()->first.first <= now) {
    due_.push_back(std::move(later_.begin()->second));
    later_.erase(later_.begin());
  }
  while (!deliveries_later_.empty() && deliveries_later_.begin()->first.first <= now) {
    deliveries_due_.push_back(std::move(deliveries_later_.begin()->second));
    deliveries_later_.erase(deliveries_later_.begin());
  }
  arm();
  pump();
}

void WebhookQueue::pump() {
  while (!stopping_ && workers_.running() < config_.concurrency &&
         !(due_.empty() && deliveries_due_.empty())) {
    workers_.spawn(work());
  }
}

Task<void> WebhookQueue::work() {
  while (auto delivery = next()) {
    const std::uint64_t generation = generation_;
    ++counts_.posts;
    const int status = co_await transport_.post(webhook_body(delivery->updates, waba_id_));
    if (generation == generation_) settle(std::move(delivery), status);
  }
}

std::unique_ptr<WebhookQueue::Delivery> WebhookQueue::next() {
  if (stopping_) return nullptr;
  if (!deliveries_due_.empty()) {
    auto delivery = std::move(deliveries_due_.front());
    deliveries_due_.pop_front();
    return delivery;
  }
  if (due_.empty()) return nullptr;
  auto delivery = std::make_unique<Delivery>();
  delivery->first_try = scheduler_.now();
  while (!due_.empty() && delivery->updates.size() < config_.faults.batch) {
    delivery->updates.push_back(std::move(due_.front()));
    due_.pop_front();
    ++counts_.sent;
    hooks_.sent(delivery->updates.back());
  }
  return delivery;
}

void WebhookQueue::settle(std::unique_ptr<Delivery> delivery, int status) {
  // Meta promises 200 as the only success.
  if (status != 200) return retry(std::move(delivery));
  if (!delivery->duplicate) acknowledge(*delivery);
  if (!delivery->duplicate && happens(random_, config_.faults.duplicate_percent)) {
    ++counts_.duplicates;
    delivery->duplicate = true;
    const auto wait = random_.below(
        static_cast<std::uint64_t>(std::max<std::int64_t>(config_.faults.held_back.count(), 1)));
    put_back(std::move(delivery), Millis{static_cast<std::int64_t>(wait)});
  }
}

void WebhookQueue::acknowledge(Delivery& delivery) {
  for (const Update& update : delivery.updates) {
    ++counts_.acknowledged;
    --counts_.pending;
    hooks_.acknowledged(update);
  }
}

void WebhookQueue::retry(std::unique_ptr<Delivery> delivery) {
  // A duplicate has nothing to lose: its updates are acknowledged already.
  if (delivery->duplicate) return;
  const std::size_t step = std::min(delivery->failures, config_.retry_after.size() - 1);
  const Millis wait = config_.retry_after[step];
  if (scheduler_.now() + wait - delivery->first_try > config_.give_up_after) {
    counts_.failed += delivery->updates.size();
    counts_.pending -= delivery->updates.size();
    return;
  }
  ++delivery->failures;
  ++counts_.retries;
  put_back(std::move(delivery), wait);
}

void WebhookQueue::put_back(std::unique_ptr<Delivery> delivery, Millis wait) {
  deliveries_later_.emplace(Key{scheduler_.now() + wait, ++order_}, std::move(delivery));
  arm();
}

void WebhookQueue::reset() {
  ++generation_;
  counts_ = {};
  later_.clear();
  deliveries_later_.clear();
  due_.clear();
  deliveries_due_.clear();
}

Task<void> WebhookQueue::stop() {
  stopping_ = true;
  if (timer_ != 0) scheduler_.cancel(timer_);
  timer_ = 0;
  co_await workers_.join();
}

}  // namespace wac::sandbox
