//! Old names and turns of phrase that must not come back, each with the plain word to use instead.

use regex::Regex;

use super::Source;

/// Files that contain the old words on purpose: this table, and the tests that plant one.
const EXEMPT: [&str; 2] = ["xtask/src/tidy/words.rs", "xtask/src/tidy/tests.rs"];

/// Old identifiers, as regular expressions that match a whole word.
const IDENTIFIERS: [(&str, &str); 40] = [
    ("Behaviour", "ServiceHandler"),
    ("Asking", "RpcClient"),
    ("Answering", "RpcServer"),
    ("Heard", "InboxRow, or what the row records"),
    ("hear", "handle_event, or a plain verb"),
    ("unseal", "decode"),
    ("keep_unreadable", "store_undecodable"),
    ("revive", "requeue_dead_letters"),
    ("from_word", "a typed column (Text<T>)"),
    ("own_cause", "root_cause or system_cause"),
    ("steered", "simulated"),
    ("Dice|dice", "Rng, or random"),
    ("look_again", "reevaluate"),
    ("look_after", "poll_after"),
    ("needs_person", "requires_action"),
    ("set_said", "mark_published"),
    ("DeadlineDue", "the event expiration.due"),
    ("heard_orders", "the inbox's newest versions"),
    ("may_try", "throttle"),
    ("store_ticket", "apply_ticket"),
    ("store_order", "apply_order"),
    ("rehearsal|rehearse|Rehearse", "prewarm"),
    ("GivenBack|given_back", "RefundedExternally (refunded_externally)"),
    ("Unclear", "SessionUnknown"),
    ("Unseen", "InvisibleCharacters"),
    ("NotHeardYet", "NotReplicatedYet"),
    ("Unruly", "FaultyBus"),
    ("insists", "retry_until_answered"),
    ("World", "TestSystem"),
    ("everybody_has_what_they_paid", "assert_paid_orders_completed"),
    ("PATIENCE|[A-Z_]+_PATIENCE", "TIMEOUT"),
    ("KEPT|KEPT_[A-Z_]+", "RETENTION"),
    ("MOST|MOST_[A-Z_]+|[A-Z_]+_MOST", "MAX_*"),
    ("WITHIN|[A-Z_]+_WITHIN", "*_TIMEOUT"),
    ("AT_ONCE", "CONCURRENCY"),
    ("[A-Z_]+_EVERY", "*_INTERVAL"),
    ("LONGEST_PAUSE|PAUSE|PAUSE_[A-Z_]+", "*_DELAY"),
    ("gets_ready", "wait_until_ready"),
    ("order_is", "wait_for_order_state"),
    ("EndReason::Asked", "CancelledByBuyer"),
];

/// Old turns of phrase, in any case.
const PHRASES: [(&str, &str); 24] = [
    ("parked", "\"stays in the inbox and is retried\", or pending"),
    ("how-manieth", "\"which one: 1, 2, …\""),
    ("heard? of", "know, receive, or be notified of"),
    ("hears of", "learns of, receives, or is notified of"),
    ("says all events again", "republishes every event"),
    ("whoever", "the noun: the caller, the seller, the process"),
    ("as far as it goes", "a plain limit"),
    ("steer", "control"),
    ("patience", "timeout"),
    ("turns? of phrase", "the phrase itself"),
    ("is to blame", "is the cause"),
    ("dead events?", "dead letter"),
    ("unreadable events?", "undecodable event"),
    ("by its word", "by its name"),
    ("the one word", "the name"),
    ("its own word", "its name"),
    ("keeps its word", "keeps its promise"),
    ("hesitantly", "slowly"),
    ("in somebody's way", "what the check measures"),
    ("nobody panics with it", "\"no thread panics while it holds the lock\""),
    ("hardly waited for", "waited for only briefly"),
    ("those that rest", "idle ones"),
    ("begins? anew", "starts again"),
    ("made anew", "created again"),
];

/// The words of a table: one pattern that finds any of them, and one for each.
struct Words {
    any: Regex,
    each: Vec<(Regex, &'static str)>,
}

pub fn breaches(sources: &[Source]) -> Vec<String> {
    let tables = [Words::new(&IDENTIFIERS, ""), Words::new(&PHRASES, "(?i)")];
    let checked = sources.iter().filter(|source| !EXEMPT.contains(&source.name.as_str()));
    let mut breaches = Vec::new();
    for source in checked.filter(|source| source.has_extension(&["js", "md", "mjs", "py", "rs", "toml", "yaml", "yml"]))
    {
        for (index, line) in source.text.lines().enumerate() {
            for words in tables.iter().filter(|words| words.any.is_match(line)) {
                for (old, instead) in &words.each {
                    if let Some(found) = old.find(line) {
                        let (name, old) = (&source.name, found.as_str());
                        breaches.push(format!("{name}:{}: \"{old}\" is an old word: write {instead}", index + 1));
                    }
                }
            }
        }
    }
    breaches
}

impl Words {
    /// Compiles a table of whole words. `flags` begin each pattern.
    fn new(table: &[(&str, &'static str)], flags: &str) -> Words {
        let compile = |words: &str| Regex::new(&format!(r"{flags}\b(?:{words})\b")).expect("the pattern is valid");
        let all: Vec<&str> = table.iter().map(|(word, _)| *word).collect();
        let each = table.iter().map(|(word, instead)| (compile(word), *instead)).collect();
        Words { any: compile(&all.join("|")), each }
    }
}
