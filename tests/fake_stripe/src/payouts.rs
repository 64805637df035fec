//! Refunds to buyers, and transfers to sellers.

use crate::books::Books;
use crate::form::{Form, Refusal, whole};
use crate::objects::{Account, Refund, Status, Transfer};
use serde_json::{Value, json};

/// How long a link to the onboarding is valid.
const LINK_LIFETIME_SECONDS: i64 = 300;

impl Books {
    /// `POST /v1/refunds`.
    pub fn create_refund(&mut self, form: &Form) -> Result<Value, Refusal> {
        form.allows(&["payment_intent", "amount", "metadata[]", "reason"])?;
        let (id, amount) = (form.required("payment_intent")?, form.amount("amount")?);
        let reason = form.choice("reason", &["duplicate", "fraudulent", "requested_by_customer"])?.map(str::to_owned);
        let metadata = form.metadata()?;
        let Some(intent) = self.intents.get(id).cloned() else {
            return Err(Refusal::missing(404, "payment_intent", id, "payment_intent"));
        };
        let Some(charge) = intent.latest_charge.clone().filter(|_| intent.status == Status::Succeeded) else {
            return Err(self.unexpected(&intent, "refund"));
        };
        let left = intent.amount_received - self.refunded(id);
        if left == 0 {
            let message = format!("Charge {charge} has already been refunded.");
            return Err(Refusal::state("charge_already_refunded", message));
        }
        let amount = amount.unwrap_or(left);
        if amount > left {
            let message = format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
            return Err(Refusal::new(400, "invalid_request_error", None, message).with("param", "amount".into()));
        }
        whole(amount, &intent.currency)?;
        let refund = Refund {
            id: self.id("re"),
            object: "refund",
            amount,
            charge: charge.clone(),
            created: self.now,
            currency: intent.currency,
            metadata,
            payment_intent: intent.id,
            reason,
            status: "succeeded",
        };
        self.refunds.push(refund.clone());
        if let Some(charge) = self.charges.get_mut(&charge) {
            charge.amount_refunded += amount;
            charge.refunded = charge.amount_refunded == charge.amount_captured;
            let charge = charge.clone();
            self.add_event("charge.refunded", &charge);
        }
        self.add_event("refund.created", &refund);
        Ok(json!(refund))
    }

    /// `GET /v1/refunds`.
    pub fn list_refunds(&self, form: &Form) -> Result<Value, Refusal> {
        form.allows(&["payment_intent", "limit"])?;
        let limit = usize::try_from(form.amount("limit")?.unwrap_or(10)).unwrap_or(usize::MAX);
        if limit > 100 {
            return Err(Refusal::parameter("limit", Some("parameter_invalid_integer"), "at most 100"));
        }
        let intent = form.text("payment_intent")?;
        if let Some(id) = intent.filter(|id| !self.intents.contains_key(*id)) {
            return Err(Refusal::missing(404, "payment_intent", id, "payment_intent"));
        }
        let fits = |refund: &&Refund| intent.is_none_or(|id| refund.payment_intent == id);
        let found: Vec<&Refund> = self.refunds.iter().rev().filter(fits).collect();
        let (data, has_more) = (&found[..found.len().min(limit)], found.len() > limit);
        Ok(json!({ "object": "list", "url": "/v1/refunds", "has_more": has_more, "data": data }))
    }

    /// `POST /v1/transfers`.
    pub fn create_transfer(&mut self, form: &Form) -> Result<Value, Refusal> {
        form.allows(&["amount", "currency", "destination", "transfer_group", "metadata[]", "description"])?;
        let (amount, currency) = form.money()?;
        let destination = form.required("destination")?.to_owned();
        let group = form.text("transfer_group")?.map(str::to_owned);
        let description = form.text("description")?.map(str::to_owned);
        let metadata = form.metadata()?;
        if !destination.starts_with("acct_") {
            return Err(Refusal::missing(400, "destination", &destination, "destination"));
        }
        // An account that this fake does not know counts as one that has finished the onboarding.
        if self.accounts.get(&destination).is_some_and(|account| !account.payouts_enabled) {
            let message = "Your destination account needs to have the transfers capability enabled.";
            return Err(Refusal::state("insufficient_capabilities_for_transfer", message));
        }
        if self.totals().get(&currency).copied().unwrap_or_default().balance() < amount {
            let message = "You have insufficient available funds in your Stripe account.";
            return Err(Refusal::state("balance_insufficient", message));
        }
        let transfer = Transfer {
            id: self.id("tr"),
            object: "transfer",
            amount,
            amount_reversed: 0,
            created: self.now,
            currency,
            description,
            destination,
            livemode: false,
            metadata,
            reversed: false,
            transfer_group: group,
        };
        self.add_event("transfer.created", &transfer);
        self.transfers.push(transfer.clone());
        Ok(json!(transfer))
    }

    /// `GET /v1/transfers`, newest first.
    pub fn list_transfers(&self, form: &Form) -> Result<Value, Refusal> {
        form.allows(&["transfer_group", "destination"])?;
        let (group, destination) = (form.text("transfer_group")?, form.text("destination")?);
        let fits = |transfer: &&Transfer| {
            group.is_none_or(|group| transfer.transfer_group.as_deref() == Some(group))
                && destination.is_none_or(|destination| transfer.destination == destination)
        };
        let data: Vec<&Transfer> = self.transfers.iter().rev().filter(fits).collect();
        Ok(json!({ "object": "list", "url": "/v1/transfers", "has_more": false, "data": data }))
    }

    /// `GET /v1/transfers/{id}`.
    pub fn retrieve_transfer(&self, id: &str, form: &Form) -> Result<Value, Refusal> {
        form.allows(&[])?;
        let found = self.transfers.iter().find(|transfer| transfer.id == id);
        found.map(|transfer| json!(transfer)).ok_or_else(|| Refusal::missing(404, "transfer", id, "transfer"))
    }

    /// `POST /v1/accounts`.
    pub fn create_account(&mut self, form: &Form) -> Result<Value, Refusal> {
        form.allows(&["type", "email", "metadata[]", "country"])?;
        form.required("type")?;
        form.choice("type", &["express"])?;
        let account = Account {
            email: form.text("email")?.map(str::to_owned),
            metadata: form.metadata()?,
            id: self.id("acct"),
            object: "account",
            charges_enabled: false,
            created: self.now,
            details_submitted: false,
            payouts_enabled: false,
            kind: "express",
        };
        self.accounts.insert(account.id.clone(), account.clone());
        Ok(json!(account))
    }

    /// `GET /v1/accounts/{id}`.
    pub fn retrieve_account(&self, id: &str, form: &Form) -> Result<Value, Refusal> {
        form.allows(&[])?;
        let found = self.accounts.get(id);
        found.map(|account| json!(account)).ok_or_else(|| Refusal::missing(404, "account", id, "account"))
    }

    /// `POST /v1/account_links`.
    pub fn create_account_link(&mut self, form: &Form) -> Result<Value, Refusal> {
        form.allows(&["account", "refresh_url", "return_url", "type"])?;
        let (id, return_url) = (form.required("account")?, form.required("return_url")?);
        for name in ["return_url", "refresh_url"] {
            let address = form.required(name)?;
            if !["http://", "https://"].iter().any(|scheme| address.starts_with(scheme)) {
                return Err(Refusal::parameter(name, Some("url_invalid"), "Not a valid URL"));
            }
        }
        form.required("type")?;
        form.choice("type", &["account_onboarding"])?;
        if !self.accounts.contains_key(id) {
            return Err(Refusal::missing(400, "account", id, "account"));
        }
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("return_url", return_url).finish();
        Ok(json!({
            "object": "account_link",
            "created": self.now,
            "expires_at": self.now + LINK_LIFETIME_SECONDS,
            "url": format!("{}/onboarding/{id}?{query}", self.url),
        }))
    }

    /// Enables payouts to a seller. Returns whether the account exists.
    pub fn finish_onboarding(&mut self, id: &str) -> bool {
        let Some(account) = self.accounts.get_mut(id) else { return false };
        (account.details_submitted, account.charges_enabled, account.payouts_enabled) = (true, true, true);
        true
    }
}
