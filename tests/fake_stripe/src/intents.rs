//! Payment intents, from creation to capture.

use crate::books::Books;
use crate::form::{Form, Refusal, smallest_charge};
use crate::objects::{Charge, Intent, Status};
use serde_json::{Value, json};

/// The behaviour of a test card.
enum Card {
    Accepted,
    /// With code, decline code and message.
    Declined(&'static str, &'static str, &'static str),
    RequiresAuthentication,
}

/// The supported cards of docs.stripe.com/testing.
fn card(method: &str) -> Option<Card> {
    match method {
        "pm_card_visa" => Some(Card::Accepted),
        "pm_card_chargeDeclined" => Some(Card::Declined("card_declined", "generic_decline", "Your card was declined.")),
        "pm_card_chargeDeclinedInsufficientFunds" => {
            Some(Card::Declined("card_declined", "insufficient_funds", "Your card has insufficient funds."))
        }
        "pm_card_chargeDeclinedProcessingError" => {
            let words = "An error occurred while processing your card. Try again in a little bit.";
            Some(Card::Declined("processing_error", "processing_error", words))
        }
        "pm_card_authenticationRequired" | "pm_card_threeDSecure2Required" => Some(Card::RequiresAuthentication),
        _ => None,
    }
}

impl Books {
    /// `POST /v1/payment_intents`.
    pub fn create_intent(&mut self, form: &Form) -> Result<Value, Refusal> {
        form.allows(&[
            "amount",
            "currency",
            "capture_method",
            "payment_method",
            "payment_method_types[]",
            "automatic_payment_methods[enabled]",
            "automatic_payment_methods[allow_redirects]",
            "metadata[]",
            "description",
            "transfer_group",
            "expand[]",
        ])?;
        let (amount, currency) = form.money()?;
        let expands = form.expands_charge()?;
        if form.choice("capture_method", &["manual"])?.is_none() {
            return Err(Refusal::parameter("capture_method", None, "This fake only captures manually"));
        }
        let listed = ["payment_method_types[0]", "payment_method_types[]"].map(|name| form.choice(name, &["card"]));
        let listed = listed.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().count();
        let automatic = form.choice("automatic_payment_methods[enabled]", &["true", "false"])? == Some("true");
        let redirects = form.choice("automatic_payment_methods[allow_redirects]", &["always", "never"])?;
        if automatic == (listed > 0) {
            let message = "Either payment_method_types or automatic_payment_methods says how it may be paid";
            return Err(Refusal::parameter("payment_method_types", None, message));
        }
        if amount < smallest_charge(&currency).unwrap_or_default() {
            let message = format!("Amount must be at least {:?} {currency}", smallest_charge(&currency));
            return Err(Refusal::parameter("amount", Some("amount_too_small"), message));
        }
        let method = form.text("payment_method")?;
        if let Some(method) = method.filter(|method| card(method).is_none()) {
            return Err(Refusal::missing(400, "PaymentMethod", method, "payment_method"));
        }
        let metadata = form.metadata()?;
        let id = self.id("pi");
        let intent = Intent {
            client_secret: format!("{id}_secret_{:x}", self.now),
            id,
            object: "payment_intent",
            amount,
            amount_capturable: 0,
            amount_received: 0,
            automatic_payment_methods: automatic
                .then(|| json!({ "enabled": true, "allow_redirects": redirects.unwrap_or("always") })),
            canceled_at: None,
            cancellation_reason: None,
            capture_method: "manual",
            confirmation_method: "automatic",
            created: self.now,
            currency,
            description: form.text("description")?.map(str::to_owned),
            last_payment_error: None,
            latest_charge: None,
            livemode: false,
            metadata,
            next_action: None,
            payment_method: method.map(str::to_owned),
            payment_method_types: ["card"],
            status: match method {
                Some(_) => Status::RequiresConfirmation,
                None => Status::RequiresPaymentMethod,
            },
            transfer_group: form.text("transfer_group")?.map(str::to_owned),
            return_url: String::new(),
        };
        self.add_event("payment_intent.created", &intent);
        self.intents.insert(intent.id.clone(), intent.clone());
        Ok(self.render(&intent, expands))
    }

    /// `GET /v1/payment_intents/{id}`.
    pub fn retrieve_intent(&self, id: &str, form: &Form) -> Result<Value, Refusal> {
        form.allows(&["expand[]"])?;
        Ok(self.render(&self.intent(id)?, form.expands_charge()?))
    }

    /// `POST /v1/payment_intents/{id}/confirm`.
    pub fn confirm(&mut self, id: &str, form: &Form) -> Result<Value, Refusal> {
        form.allows(&["payment_method", "return_url", "expand[]"])?;
        let expands = form.expands_charge()?;
        let return_url = form.text("return_url")?;
        let mut intent = self.intent(id)?;
        if !matches!(intent.status, Status::RequiresPaymentMethod | Status::RequiresConfirmation) {
            return Err(self.unexpected(&intent, "confirm"));
        }
        let method = match (form.text("payment_method")?, &intent.payment_method) {
            (Some(method), _) => method.to_owned(),
            (None, Some(method)) => method.clone(),
            (None, None) => return Err(self.unexpected(&intent, "confirm")),
        };
        let Some(card) = card(&method) else {
            return Err(Refusal::missing(400, "PaymentMethod", &method, "payment_method"));
        };
        let may_redirect =
            intent.automatic_payment_methods.as_ref().is_some_and(|methods| methods["allow_redirects"] == "always");
        if return_url.is_none() && (may_redirect || matches!(card, Card::RequiresAuthentication)) {
            form.required("return_url")?;
        }
        intent.return_url = return_url.unwrap_or_default().to_owned();
        intent.payment_method = Some(method);
        intent.last_payment_error = None;
        match card {
            Card::Accepted => self.authorize(intent),
            Card::Declined(code, reason, words) => return Err(self.decline(intent, code, reason, words)),
            Card::RequiresAuthentication => {
                intent.status = Status::RequiresAction;
                intent.next_action = Some(json!({
                    "type": "redirect_to_url",
                    "redirect_to_url": {
                        "url": format!("{}/bank/{id}", self.url),
                        "return_url": intent.return_url,
                    },
                }));
                self.add_event("payment_intent.requires_action", &intent);
                self.intents.insert(id.to_owned(), intent);
            }
        }
        Ok(self.render(&self.intent(id)?, expands))
    }

    /// `POST /v1/payment_intents/{id}/capture`.
    pub fn capture(&mut self, id: &str, form: &Form) -> Result<Value, Refusal> {
        form.allows(&["amount_to_capture", "expand[]"])?;
        let (expands, amount) = (form.expands_charge()?, form.amount("amount_to_capture")?);
        let mut intent = self.intent(id)?;
        if intent.status != Status::RequiresCapture {
            return Err(self.unexpected(&intent, "capture"));
        }
        let amount = amount.unwrap_or(intent.amount_capturable);
        if amount > intent.amount_capturable {
            let message = "The amount to capture is greater than what can be captured";
            return Err(Refusal::state("amount_too_large", message).with("param", "amount_to_capture".into()));
        }
        crate::form::whole(amount, &intent.currency)?;
        if let Some(charge) = intent.latest_charge.as_ref().and_then(|charge| self.charges.get_mut(charge)) {
            (charge.captured, charge.amount_captured) = (true, amount);
        }
        intent.status = Status::Succeeded;
        (intent.amount_capturable, intent.amount_received) = (0, amount);
        self.add_event("payment_intent.succeeded", &intent);
        self.intents.insert(id.to_owned(), intent.clone());
        Ok(self.render(&intent, expands))
    }

    /// `POST /v1/payment_intents/{id}/cancel`.
    pub fn cancel(&mut self, id: &str, form: &Form) -> Result<Value, Refusal> {
        form.allows(&["cancellation_reason", "expand[]"])?;
        let expands = form.expands_charge()?;
        let reasons = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
        let reason = form.choice("cancellation_reason", &reasons)?.map(str::to_owned);
        let mut intent = self.intent(id)?;
        if matches!(intent.status, Status::Succeeded | Status::Canceled) {
            return Err(self.unexpected(&intent, "cancel"));
        }
        // Stripe shows a cancelled authorization as refunded, although nothing was captured.
        if intent.status == Status::RequiresCapture
            && let Some(charge) = intent.latest_charge.as_ref().and_then(|charge| self.charges.get_mut(charge))
        {
            (charge.refunded, charge.amount_refunded) = (true, charge.amount);
        }
        intent.status = Status::Canceled;
        (intent.amount_capturable, intent.next_action) = (0, None);
        (intent.canceled_at, intent.cancellation_reason) = (Some(self.now), reason);
        self.add_event("payment_intent.canceled", &intent);
        self.intents.insert(id.to_owned(), intent.clone());
        Ok(self.render(&intent, expands))
    }

    pub fn intent(&self, id: &str) -> Result<Intent, Refusal> {
        self.intents.get(id).cloned().ok_or_else(|| Refusal::missing(404, "payment_intent", id, "intent"))
    }

    /// The bank authorizes the payment.
    pub fn authorize(&mut self, mut intent: Intent) {
        intent.latest_charge = Some(self.charge(&intent, None));
        intent.status = Status::RequiresCapture;
        (intent.amount_capturable, intent.next_action) = (intent.amount, None);
        self.add_event("payment_intent.amount_capturable_updated", &intent);
        self.intents.insert(intent.id.clone(), intent);
    }

    /// The buyer failed the bank's authentication.
    pub fn fail_authentication(&mut self, intent: Intent) {
        let error = json!({
            "type": "invalid_request_error",
            "code": "payment_intent_authentication_failure",
            "decline_code": null,
            "message": "The provided PaymentMethod has failed authentication.",
        });
        self.fail(intent, error);
    }

    fn decline(&mut self, mut intent: Intent, code: &str, reason: &str, words: &str) -> Refusal {
        let (id, charge) = (intent.id.clone(), self.charge(&intent, Some(code)));
        intent.latest_charge = Some(charge.clone());
        let error = json!({
            "type": "card_error", "code": code, "decline_code": reason, "message": words, "charge": charge,
        });
        self.fail(intent, error.clone());
        let shown = json!(self.intents[&id]);
        Refusal { status: 402, error, stored: true }.with("payment_intent", shown)
    }

    fn fail(&mut self, mut intent: Intent, error: Value) {
        intent.status = Status::RequiresPaymentMethod;
        (intent.payment_method, intent.next_action) = (None, None);
        intent.last_payment_error = Some(error);
        self.add_event("payment_intent.payment_failed", &intent);
        self.intents.insert(intent.id.clone(), intent);
    }

    fn charge(&mut self, intent: &Intent, failure: Option<&str>) -> String {
        let id = self.id("ch");
        let charge = Charge {
            id: id.clone(),
            object: "charge",
            amount: intent.amount,
            amount_captured: 0,
            amount_refunded: 0,
            billing_details: json!({ "address": null, "email": null, "name": null, "phone": null, "tax_id": null }),
            captured: false,
            created: self.now,
            currency: intent.currency.clone(),
            disputed: false,
            failure_code: failure.map(str::to_owned),
            livemode: false,
            metadata: intent.metadata.clone(),
            paid: failure.is_none(),
            payment_intent: intent.id.clone(),
            refunded: false,
            status: if failure.is_none() { "succeeded" } else { "failed" },
        };
        self.charges.insert(id.clone(), charge);
        id
    }
}
