//! Everything that Stripe knows, and what a request does to it. Each change is whole, and leaves its event.

use crate::form::{Form, Refusal};
use crate::objects::{Account, Charge, Intent, Refund, Status, Transfer};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The version of the API whose words these are.
const API_VERSION: &str = "2026-09-30.endive";

/// The state.
pub struct Books {
    /// The instant of what is done now, in Unix seconds.
    pub now: i64,
    /// Where the pages of this fake are.
    pub url: String,
    /// Tells the ids of one run from those of another.
    salt: u32,
    ids: u64,
    pub intents: BTreeMap<String, Intent>,
    pub charges: BTreeMap<String, Charge>,
    pub refunds: Vec<Refund>,
    pub transfers: Vec<Transfer>,
    pub accounts: BTreeMap<String, Account>,
    pub events: Vec<Value>,
}

/// What the books say, for a test to compare with what its server believes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// By `metadata[payment_id]`; what has none is under its intent's id.
    pub payments: BTreeMap<String, Payment>,
    /// By currency, in small letters.
    pub totals: BTreeMap<String, Totals>,
}

/// All money of one payment, in the smallest unit: the sum, should it have several intents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// How many intents it has: more than one is a payment that was begun twice.
    pub intents: usize,
    /// The status of the newest intent.
    pub status: String,
    /// What was to be paid.
    pub amount: i64,
    /// Of which currency, in small letters.
    pub currency: String,
    /// How often a bank said yes: more than one is a person who is charged twice.
    pub authorizations: usize,
    /// What is set aside now.
    pub held: i64,
    /// What was taken.
    pub captured: i64,
    /// What was given back of it.
    pub refunded: i64,
}

/// All money of one currency, in the smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// What was taken.
    pub captured: i64,
    /// What was given back.
    pub refunded: i64,
    /// What went on to sellers.
    pub transferred: i64,
}

impl Totals {
    /// What is there to be transferred.
    pub fn balance(&self) -> i64 {
        self.captured - self.refunded - self.transferred
    }
}

impl Books {
    /// Empty books.
    pub fn new(url: String, salt: u32) -> Books {
        Books {
            now: 0,
            url,
            salt,
            ids: 0,
            intents: BTreeMap::new(),
            charges: BTreeMap::new(),
            refunds: Vec::new(),
            transfers: Vec::new(),
            accounts: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    /// Does what a request asks for. What is refused changes nothing, but for a decline, which leaves its trace.
    pub fn execute(&mut self, method: &str, path: &str, form: &Form) -> Result<Value, Refusal> {
        let path: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
        match (method, path.as_slice()) {
            ("POST", ["payment_intents"]) => self.create_intent(form),
            ("GET", ["payment_intents", id]) => self.retrieve_intent(id, form),
            ("POST", ["payment_intents", id, "confirm"]) => self.confirm(id, form),
            ("POST", ["payment_intents", id, "capture"]) => self.capture(id, form),
            ("POST", ["payment_intents", id, "cancel"]) => self.cancel(id, form),
            ("POST", ["refunds"]) => self.create_refund(form),
            ("GET", ["refunds"]) => self.list_refunds(form),
            ("POST", ["transfers"]) => self.create_transfer(form),
            ("GET", ["transfers"]) => self.list_transfers(form),
            ("GET", ["transfers", id]) => self.retrieve_transfer(id, form),
            ("POST", ["accounts"]) => self.create_account(form),
            ("GET", ["accounts", id]) => self.retrieve_account(id, form),
            ("POST", ["account_links"]) => self.create_account_link(form),
            (method, path) => {
                let message = format!("Unrecognized request URL ({method}: /v1/{}).", path.join("/"));
                Err(Refusal { kept: false, ..Refusal::new(404, "invalid_request_error", None, message) })
            }
        }
    }

    /// A new id with the prefix of its kind.
    pub fn id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        format!("{prefix}_{:08x}{:08}", self.salt, self.ids)
    }

    /// Leaves an event about an object as it is now.
    pub fn tell(&mut self, kind: &str, object: &impl Serialize) {
        let event = json!({
            "id": self.id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": { "object": object },
            "livemode": false,
            "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": null },
            "type": kind,
        });
        self.events.push(event);
    }

    /// What was taken, given back and passed on.
    pub fn totals(&self) -> BTreeMap<String, Totals> {
        let mut totals: BTreeMap<String, Totals> = BTreeMap::new();
        for charge in self.charges.values() {
            totals.entry(charge.currency.clone()).or_default().captured += charge.amount_captured;
        }
        for refund in &self.refunds {
            totals.entry(refund.currency.clone()).or_default().refunded += refund.amount;
        }
        for transfer in &self.transfers {
            totals.entry(transfer.currency.clone()).or_default().transferred += transfer.amount;
        }
        totals
    }

    /// What the books say, by payment.
    pub fn snapshot(&self) -> Snapshot {
        let mut payments: BTreeMap<String, Payment> = BTreeMap::new();
        // Ids grow, so the newest intent of a payment comes last.
        for intent in self.intents.values() {
            let name = intent.metadata.get("payment_id").unwrap_or(&intent.id);
            let payment = payments.entry(name.clone()).or_default();
            payment.intents += 1;
            payment.status = intent.status.name().to_owned();
            payment.currency.clone_from(&intent.currency);
            payment.amount += intent.amount;
            payment.held += intent.amount_capturable;
            payment.captured += intent.amount_received;
            payment.refunded += self.refunded(&intent.id);
            let of_intent = self.charges.values().filter(|charge| charge.payment_intent == intent.id);
            payment.authorizations += of_intent.filter(|charge| charge.paid).count();
        }
        Snapshot { payments, totals: self.totals() }
    }

    /// What was given back of an intent's money.
    pub fn refunded(&self, intent: &str) -> i64 {
        self.refunds.iter().filter(|refund| refund.payment_intent == intent).map(|refund| refund.amount).sum()
    }

    /// The intent as the API shows it.
    pub fn shown(&self, intent: &Intent, expands_charge: bool) -> Value {
        let mut shown = json!(intent);
        if let Some(charge) = intent.latest_charge.as_ref().filter(|_| expands_charge) {
            shown["latest_charge"] = json!(self.charges[charge]);
        }
        shown
    }

    /// Refuses what cannot be done with an intent in its status.
    pub fn unexpected(&self, intent: &Intent, verb: &str) -> Refusal {
        let message =
            format!("You cannot {verb} this PaymentIntent because it has a status of {}.", intent.status.name());
        Refusal::state("payment_intent_unexpected_state", message).with("payment_intent", self.shown(intent, false))
    }

    /// Ends what the bank asked: the person said yes or no. Where to go then, if there is such an intent.
    pub fn answer_bank(&mut self, id: &str, is_person: bool) -> Option<String> {
        let intent = self.intents.get(id)?.clone();
        if intent.status == Status::RequiresAction {
            if is_person { self.authorized(intent) } else { self.refused_by_person(intent) }
        }
        self.way_back(id)
    }

    /// Where the person goes from the bank, with how it ended.
    pub fn way_back(&self, id: &str) -> Option<String> {
        let intent = self.intents.get(id)?;
        let well = matches!(intent.status, Status::RequiresCapture | Status::Succeeded);
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("payment_intent", &intent.id)
            .append_pair("payment_intent_client_secret", &intent.client_secret)
            .append_pair("redirect_status", if well { "succeeded" } else { "failed" })
            .finish();
        let (address, fragment) = intent.return_url.split_once('#').unwrap_or((&intent.return_url, ""));
        let joint = if address.contains('?') { '&' } else { '?' };
        let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        Some(format!("{address}{joint}{query}{fragment}"))
    }
}
