// Shapes of coroutine code that some compiler has been seen to get wrong (docs/toolchain.md), on our own
// Task. Each counts the live objects: a lost or doubled destructor call, the usual symptom, cannot hide.

#include "base/task.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace wac {
namespace {

struct Probe {
  static inline int live = 0;
  static inline int made = 0;
  std::string text = "long enough to be on the heap, and so to be freed exactly once";
  Probe() { born(); }
  Probe(const Probe& other) : text(other.text) { born(); }
  Probe(Probe&& other) noexcept : text(std::move(other.text)) { born(); }
  Probe& operator=(const Probe&) = default;
  Probe& operator=(Probe&&) noexcept = default;
  ~Probe() { --live; }
  static void born() {
    ++live;
    ++made;
  }
};

struct Aggregate {
  Probe probe;
  int number = 0;
};

/// Suspends until resume() is called, so that a frame can be watched, or destroyed, half-way.
struct Pause {
  std::coroutine_handle<> waiting;
  void resume() { std::exchange(waiting, {}).resume(); }

  auto operator co_await() {
    struct Awaiter {
      Pause& pause;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) const noexcept { pause.waiting = handle; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }
};

/// Starts a task and, unlike TaskScope, may be destroyed before it ends.
class Runner {
 public:
  struct promise_type {
    Runner get_return_object() { return Runner{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
  explicit Runner(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Runner(Runner&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~Runner() {
    if (handle_) handle_.destroy();
  }
  bool done() const { return handle_.done(); }

 private:
  std::coroutine_handle<promise_type> handle_;
};

Runner start(Task<void> task) {
  co_await std::move(task);
}

class Toolchain : public ::testing::Test {
 protected:
  void SetUp() override { Probe::live = Probe::made = 0; }

  /// Runs to the end; the task pauses `pauses` times.
  void expect_clean(Task<void> task, int pauses = 0) {
    {
      const Runner runner = start(std::move(task));
      for (int i = 0; i < pauses; ++i) {
        ASSERT_FALSE(runner.done());
        pause_.resume();
      }
      EXPECT_TRUE(runner.done());
    }
    EXPECT_EQ(Probe::live, 0);
    EXPECT_GT(Probe::made, 0);
  }

  /// Destroys the frame at its `pauses`th pause.
  void expect_clean_when_destroyed(Task<void> task, int pauses) {
    {
      const Runner runner = start(std::move(task));
      for (int i = 1; i < pauses; ++i) pause_.resume();
      EXPECT_FALSE(runner.done());
      EXPECT_GT(Probe::live, 0);
    }
    EXPECT_EQ(Probe::live, 0);
  }

  Pause pause_;
};

Task<int> number(Pause& pause, int value, Probe probe = {}) {
  co_await pause;
  (void)probe;
  co_return value;
}
Task<bool> truth(Pause& pause, bool value, const Probe& probe) {
  co_await pause;
  EXPECT_EQ(probe.text.substr(0, 4), "long");
  co_return value;
}
Task<Probe> give(Pause& pause, Probe probe) {
  co_await pause;
  co_return probe;
}
Task<std::size_t> length(Pause& pause, std::string_view text) {
  co_await pause;
  co_return text.size();
}
Task<void> call(Pause& pause, std::function<void()> function) {
  co_await pause;
  function();
}
Task<int> take(Pause& pause, Aggregate aggregate) {
  co_await pause;
  co_return aggregate.number;
}
Task<std::size_t> take_all(Pause& pause, std::vector<Probe> probes) {
  co_await pause;
  co_return probes.size();
}

Task<void> capturing_lambda_argument(Pause& pause) {
  const Probe captured;
  int calls = 0;
  co_await call(pause, [captured, &calls] { calls += captured.text.empty() ? 0 : 1; });
  EXPECT_EQ(calls, 1);
}
TEST_F(Toolchain, CapturingLambdaAsArgument) {
  expect_clean(capturing_lambda_argument(pause_), 1);
}

Task<void> condition_without_locals(Pause& pause) {
  if (co_await truth(pause, true, Probe{})) co_return;
  ADD_FAILURE();
}
TEST_F(Toolchain, IfConditionWithATemporary) {
  expect_clean(condition_without_locals(pause_), 1);
}

Task<void> switch_on_await(Pause& pause) {
  switch (co_await number(pause, 2, Probe{})) {
    case 2:
      co_return;
    default:
      ADD_FAILURE();
  }
}
TEST_F(Toolchain, SwitchWithATemporary) {
  expect_clean(switch_on_await(pause_), 1);
}

Task<void> loop_conditions(Pause& pause) {
  int rounds = 0;
  while (co_await truth(pause, rounds < 2, Probe{})) ++rounds;
  EXPECT_EQ(rounds, 2);
}
TEST_F(Toolchain, WhileConditionWithATemporary) {
  expect_clean(loop_conditions(pause_), 3);
}

Task<void> short_circuit(Pause& pause) {
  const bool both = co_await truth(pause, false, Probe{}) && co_await truth(pause, true, Probe{});
  const bool either = co_await truth(pause, false, Probe{}) || co_await truth(pause, true, Probe{});
  EXPECT_FALSE(both);
  EXPECT_TRUE(either);
}
TEST_F(Toolchain, AndAndOr) {
  expect_clean(short_circuit(pause_), 3);
}

Task<void> conditional_results(Pause& pause, bool first) {
  const int value = first ? co_await number(pause, 1, Probe{}) : co_await number(pause, 2, Probe{});
  EXPECT_EQ(value, first ? 1 : 2);
}
Task<void> conditional_tasks(Pause& pause, bool first) {
  const int value = co_await (first ? number(pause, 1, Probe{}) : number(pause, 2, Probe{}));
  EXPECT_EQ(value, first ? 1 : 2);
}
Task<void> conditional_arguments(Pause& pause, bool first) {
  const Probe named;
  const Probe probe = co_await give(pause, first ? Probe{} : named);
  EXPECT_FALSE(probe.text.empty());
}
Task<void> conditional_value_or_await(Pause& pause, bool first) {
  const Probe probe = first ? co_await give(pause, Probe{}) : Probe{};
  EXPECT_FALSE(probe.text.empty());
}
TEST_F(Toolchain, ConditionalOperator) {
  for (const bool first : {true, false}) {
    expect_clean(conditional_results(pause_, first), 1);
    expect_clean(conditional_tasks(pause_, first), 1);
    expect_clean(conditional_arguments(pause_, first), 1);
    expect_clean(conditional_value_or_await(pause_, first), first ? 1 : 0);
  }
}

Task<void> aggregate_arguments(Pause& pause) {
  const Probe named;
  const int a = co_await take(pause, Aggregate{Probe{}, 1});
  const int b = co_await take(pause, {.probe = named, .number = 2});
  const int c = co_await take(pause, {});
  const int d = co_await take(pause, Aggregate());
  EXPECT_EQ(a + b + c + d, 3);
}
TEST_F(Toolchain, AggregateTemporariesAsArguments) {
  expect_clean(aggregate_arguments(pause_), 4);
}

Task<void> aggregates_from_await(Pause& pause) {
  const Aggregate aggregate{co_await give(pause, Probe{}), 1};
  const std::array<Probe, 2> pair{co_await give(pause, Probe{}), co_await give(pause, Probe{})};
  const Probe raw[] = {co_await give(pause, Probe{})};
  EXPECT_EQ(aggregate.probe.text, pair[1].text);
  EXPECT_EQ(raw[0].text, pair[0].text);
}
TEST_F(Toolchain, AggregatesAndArraysInitialisedFromAwaits) {
  expect_clean(aggregates_from_await(pause_), 4);
}

Task<void> new_from_await(Pause& pause) {
  const std::unique_ptr<Probe> owned(new Probe(co_await give(pause, Probe{})));
  EXPECT_FALSE(owned->text.empty());
}
TEST_F(Toolchain, NewExpressionFromAwait) {
  expect_clean(new_from_await(pause_), 1);
}

Task<void> initializer_lists(Pause& pause) {
  const Probe a;
  const Probe b;
  const std::size_t two = co_await take_all(pause, {a, b});
  const std::size_t one = co_await take_all(pause, std::vector<Probe>{Probe{}});
  std::map<std::string, Probe> map{{"key", co_await give(pause, Probe{})}};
  std::vector<Probe> list;
  list.insert(list.end(), {co_await give(pause, Probe{})});
  EXPECT_EQ(two + one + map.size() + list.size(), 5U);
}
TEST_F(Toolchain, InitializerLists) {
  expect_clean(initializer_lists(pause_), 4);
}

Task<void> temporaries_behind_views(Pause& pause) {
  const Probe probe;
  const std::size_t a = co_await length(pause, std::string(probe.text));
  const std::size_t b = co_await length(pause, probe.text + "!");
  EXPECT_EQ(a + 1, b);
  if (co_await length(pause, probe.text + "!") != b) ADD_FAILURE();
}
TEST_F(Toolchain, TemporariesBehindViewsLiveAsLongAsTheStatement) {
  expect_clean(temporaries_behind_views(pause_), 3);
}

Task<void> structured_binding(Pause& pause) {
  const auto pair = [](Pause& where) -> Task<std::pair<Probe, int>> {
    co_await where;
    co_return std::pair(Probe{}, 7);
  };
  const auto [probe, value] = co_await pair(pause);
  co_await pause;
  EXPECT_EQ(value, 7);
  EXPECT_FALSE(probe.text.empty());
}
TEST_F(Toolchain, StructuredBindingsSurviveSuspension) {
  expect_clean(structured_binding(pause_), 2);
}

Task<void> throws_later(Pause& pause) {
  const Probe before;
  co_await pause;
  const Probe after;
  throw std::runtime_error("after a suspension");
}
Task<void> catches(Pause& pause) {
  const Probe outer;
  bool caught = false;
  try {
    const Probe inner;
    co_await throws_later(pause);
  } catch (const std::runtime_error&) {
    caught = true;
  }
  EXPECT_TRUE(caught);
  // Only this function's local is left: the thrower's frame went with its Task.
  EXPECT_EQ(Probe::live, 1);
  co_await pause;
}
TEST_F(Toolchain, ExceptionsAfterSuspensionDestroyLocals) {
  expect_clean(catches(pause_), 2);
}

Task<void> arguments_when_a_later_one_throws(Pause& pause) {
  const auto thrower = []() -> int { throw std::runtime_error("while the call is made"); };
  try {
    co_await number(pause, thrower(), Probe{});
    ADD_FAILURE();
  } catch (const std::runtime_error&) {
  }
}
TEST_F(Toolchain, AThrowWhileArgumentsAreBuiltDestroysThem) {
  {
    const Probe makes_the_count_positive;
    const Runner runner = start(arguments_when_a_later_one_throws(pause_));
    EXPECT_TRUE(runner.done());
  }
  EXPECT_EQ(Probe::live, 0);
}

Task<void> pauses_deep_down(Pause& pause) {
  const Probe local;
  co_await pause;
  const Probe more = co_await give(pause, Probe{});
  co_await call(pause, [more] {});
  co_await take(pause, Aggregate{Probe{}, 1});
}
TEST_F(Toolchain, DestructionAtEverySuspensionDestroysEveryLocalAndArgument) {
  expect_clean(pauses_deep_down(pause_), 4);
  for (int at = 1; at <= 4; ++at) expect_clean_when_destroyed(pauses_deep_down(pause_), at);
}

Task<void> never_started(Probe probe) {
  ADD_FAILURE();
  (void)probe;
  co_return;
}
TEST_F(Toolchain, ATaskThatIsNeverAwaitedDestroysItsArguments) {
  {
    const Task<void> task = never_started(Probe{});
  }
  EXPECT_EQ(Probe::live, 0);
  EXPECT_GT(Probe::made, 0);
}

Task<int> at_once() {
  co_return 1;
}
Task<void> many_completed_awaits() {
  const Probe local;
  int sum = 0;
  for (int i = 0; i < 3'000'000; ++i) sum += co_await at_once();
  EXPECT_EQ(sum, 3'000'000);
}
TEST_F(Toolchain, SymmetricTransferIsATailCall) {
  expect_clean(many_completed_awaits());
}

}  // namespace
}  // namespace wac
