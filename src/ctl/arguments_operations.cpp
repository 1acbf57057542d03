// The commands that look after what is there: intents, dead letters, senders, the ledger, keys.

#include "ctl/argument_draft.h"

namespace wac::ctl {
namespace {

void add_dead_letters(CLI::App& app, Draft& draft) {
  DeadLetterArguments& arguments = draft.dead_letters;
  CLI::App* letters = child(app, "dead-letters", "intents whose attempts or time were used up");
  letters->require_subcommand(1);
  const CLI::Range limits{1, 1'000};
  CLI::App* list = child(*letters, "list", "oldest first");
  list->add_option("--limit", arguments.limit, "at most that many")->capture_default_str()->check(limits);
  CLI::App* show = child(*letters, "show", "state and history of one");
  show->add_option("id", arguments.id, "the intent's id")->required();
  CLI::App* redrive = child(*letters, "redrive", "send again, from the first attempt on");
  redrive->add_option("id", arguments.id, "the intent's id");
  redrive->add_flag("--all", arguments.all, "every one, or every one of --error-code");
  redrive->add_option("--error-code", arguments.error_code, "with --all: as an intent shows it, e.g. 131026");
  redrive->add_flag("--dry-run", arguments.dry_run, "with --all: only count");
  redrive->add_option("--limit", arguments.limit, "with --all: at most that many")
      ->capture_default_str()
      ->check(limits);
}

void add_senders(CLI::App& app, Draft& draft) {
  CLI::App* senders = child(app, "senders", "pace, breaker and stops of the tenant's numbers");
  senders->require_subcommand(1);
  child(*senders, "list", "each with what holds it");
  CLI::App* resume = child(*senders, "resume", "let a stopped sender go on, once its cause is repaired");
  resume->add_option("id", draft.senders.id, "phone_number_id")->required();
  resume->callback([&draft] { draft.senders.action = SenderArguments::Action::kResume; });
}

}  // namespace

void add_intents(CLI::App& app, Draft& draft) {
  CLI::App* intents = child(app, "intents", "look at an intent, or decide about it");
  intents->require_subcommand(1);
  const auto add = [&](const char* name, const char* description, IntentArguments::Action action) {
    CLI::App* one = child(*intents, name, description);
    one->add_option("id", draft.intent.id, "the intent's id")->required();
    one->callback([&draft, action] { draft.intent.action = action; });
    return one;
  };
  add("get", "state and history", IntentArguments::Action::kGet);
  add("cancel", "withdraw one that is not yet being sent", IntentArguments::Action::kCancel);
  add("resolve", "settle an unknown or unconfirmed one by hand", IntentArguments::Action::kResolve)
      ->add_option("--as", draft.intent.as, "what it is")
      ->required()
      ->check(CLI::IsMember({"sent", "failed", "resend"}));
}

void add_operations(CLI::App& app, Draft& draft) {
  CLI::App* ledger = child(app, "ledger", "the proof that nothing is lost and nothing sent twice");
  ledger->require_subcommand(1);
  CLI::App* verify = child(*ledger, "verify", "check that every intent has one final state");
  verify->add_option("--sandbox", draft.ledger.sandbox_url, "compare with that graph-sandbox's ledger");
  verify->add_option("--wait", draft.wait_seconds, "seconds to wait until all is settled")
      ->check(CLI::Range(0.0, 86'400.0));
  CLI::App* keys = child(app, "keys", "new keys");
  keys->require_subcommand(1);
  CLI::App* create = child(*keys, "create", "an API key, shown once, and its line for API_KEY_HASHES");
  create->add_option("--tenant", draft.key.tenant, "whose key it is")->capture_default_str();
  child(*keys, "keyring", "a keyring for KEYRING")->callback([&draft] {
    draft.key.action = KeyArguments::Action::kKeyring;
  });
  child(app, "health", "is it up and ready?");
  add_dead_letters(app, draft);
  add_senders(app, draft);
}

void add_catalogue(CLI::App& app, Draft& draft) {
  CLI::App* lint = child(app, "lint", "check a payload, an intent or {\"intents\":[…]} without a connector");
  lint->add_option("file", draft.lint.file, "- is standard input")->required();
  CLI::App* explain = child(app, "explain", "what an error code means and what to do about it");
  explain->add_option("code", draft.explain.code, "a code of Meta's, or a name of ours");
  explain->add_flag("--all", draft.explain.all, "every code");
  explain->add_flag("--markdown", draft.explain.markdown, "with --all: as docs/errors.md");
}

}  // namespace wac::ctl
