//! Stripe's objects, and what a request does to them. Each change is atomic, and adds its event.

use crate::form::{Form, Refusal};
use crate::objects::{Account, Charge, Intent, Refund, Status, Transfer};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The version of the API that is imitated.
const API_VERSION: &str = "2026-09-30.endive";

pub struct Books {
    /// The time of the current change, in Unix seconds.
    pub now: i64,
    /// The base URL of this fake's pages.
    pub url: String,
    /// Makes the ids of this run differ from those of others.
    salt: u32,
    ids: u64,
    pub intents: BTreeMap<String, Intent>,
    pub charges: BTreeMap<String, Charge>,
    pub refunds: Vec<Refund>,
    pub transfers: Vec<Transfer>,
    pub accounts: BTreeMap<String, Account>,
    pub events: Vec<Value>,
}

/// All money, for a test to compare with what the server under test has stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// By `metadata[payment_id]`, or by the id of the intent if that is missing.
    pub payments: BTreeMap<String, Payment>,
    /// By currency code in lower case.
    pub totals: BTreeMap<String, Totals>,
}

/// The money of one payment in the smallest unit, summed over its intents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// How many intents it has. More than one means that it was started twice.
    pub intents: usize,
    /// The status of the newest intent.
    pub status: String,
    pub amount: i64,
    /// The currency code in lower case.
    pub currency: String,
    /// How often a bank authorized it. More than one means that the buyer is charged twice.
    pub authorizations: usize,
    /// What is authorized and not captured.
    pub held: i64,
    pub captured: i64,
    pub refunded: i64,
}

/// All money of one currency, in the smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub captured: i64,
    pub refunded: i64,
    /// What was paid to sellers.
    pub transferred: i64,
}

impl Totals {
    /// What can be transferred.
    pub fn balance(&self) -> i64 {
        self.captured - self.refunded - self.transferred
    }
}

impl Books {
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

    /// Executes a request. A refused request changes nothing, except that a decline is recorded.
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
                Err(Refusal { stored: false, ..Refusal::new(404, "invalid_request_error", None, message) })
            }
        }
    }

    /// A new id with the prefix of its object type.
    pub fn id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        format!("{prefix}_{:08x}{:08}", self.salt, self.ids)
    }

    /// Adds an event with the current state of an object.
    pub fn add_event(&mut self, kind: &str, object: &impl Serialize) {
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

    /// The money of each currency.
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

    /// The money of each payment and currency.
    pub fn snapshot(&self) -> Snapshot {
        let mut payments: BTreeMap<String, Payment> = BTreeMap::new();
        // Ids are ascending, so the newest intent of a payment comes last.
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

    /// The refunds of an intent.
    pub fn refunded(&self, intent: &str) -> i64 {
        self.refunds.iter().filter(|refund| refund.payment_intent == intent).map(|refund| refund.amount).sum()
    }

    /// The intent as the API returns it.
    pub fn render(&self, intent: &Intent, expands_charge: bool) -> Value {
        let mut shown = json!(intent);
        if let Some(charge) = intent.latest_charge.as_ref().filter(|_| expands_charge) {
            shown["latest_charge"] = json!(self.charges[charge]);
        }
        shown
    }

    /// Refuses a request that the status of the intent does not allow.
    pub fn unexpected(&self, intent: &Intent, verb: &str) -> Refusal {
        let message =
            format!("You cannot {verb} this PaymentIntent because it has a status of {}.", intent.status.name());
        Refusal::state("payment_intent_unexpected_state", message).with("payment_intent", self.render(intent, false))
    }

    /// Ends the authentication at the bank. Returns where the bank redirects to, if the intent exists.
    pub fn answer_bank(&mut self, id: &str, approved: bool) -> Option<String> {
        let intent = self.intents.get(id)?.clone();
        if intent.status == Status::RequiresAction {
            if approved { self.authorize(intent) } else { self.fail_authentication(intent) }
        }
        self.return_address(id)
    }

    /// Where the bank redirects the buyer to, with the result.
    pub fn return_address(&self, id: &str) -> Option<String> {
        let intent = self.intents.get(id)?;
        let succeeded = matches!(intent.status, Status::RequiresCapture | Status::Succeeded);
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("payment_intent", &intent.id)
            .append_pair("payment_intent_client_secret", &intent.client_secret)
            .append_pair("redirect_status", if succeeded { "succeeded" } else { "failed" })
            .finish();
        let (address, fragment) = intent.return_url.split_once('#').unwrap_or((&intent.return_url, ""));
        let separator = if address.contains('?') { '&' } else { '?' };
        let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        Some(format!("{address}{separator}{query}{fragment}"))
    }
}
