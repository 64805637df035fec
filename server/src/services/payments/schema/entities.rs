//! The rows of this service's tables.

pub mod payments {
    use crate::services::payments::schema::GatewayName;
    use crate::store::{Millis, Text, Version};
    use sea_orm::entity::prelude::*;
    use shared::Currency;
    use shared::payments::{Decline, PaymentState};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub order_id: Uuid,
        pub payer_id: Uuid,
        pub state: Text<PaymentState>,
        pub amount: i64,
        pub currency: Text<Currency>,
        pub method: String,
        pub decline: Option<Text<Decline>>,
        /// Whether the bank waits for the buyer to authenticate.
        pub requires_action: bool,
        pub version: Version,
        /// Failed attempts at the current step, or polls without news.
        pub attempts: i64,
        /// When the worker takes the next step; null if there is none.
        pub next_try_at: Option<Millis>,
        pub created_at: Millis,
        /// Of the request that began the payment: the gateway's later answers belong to the same trace.
        pub correlation_id: Uuid,
        pub gateway: Text<GatewayName>,
        /// The bank's page where the buyer authenticates, if it has one.
        pub bank_url: Option<String>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod order_replicas {
    use crate::store::{Millis, Version};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_replicas")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        /// Compared with the original by the audit.
        pub version: Version,
        /// The newest `OrderChanged` as JSON.
        pub body: String,
        /// When the hold of an order ended that was never paid.
        pub unpaid_since: Option<Millis>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod postings {
    use crate::services::payments::schema::GatewayName;
    use crate::services::payments::schema::{EntryKind, LedgerAccount};
    use crate::store::{Millis, Text};
    use sea_orm::entity::prelude::*;
    use shared::Currency;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Source, kind and line number: unique, so that nothing is booked twice.
        pub key: String,
        /// The postings of one journal entry add up to zero.
        pub entry_id: Uuid,
        /// One gateway never pays out what another one captured.
        pub gateway: Text<GatewayName>,
        pub account: Text<LedgerAccount>,
        pub kind: Text<EntryKind>,
        /// The buyer or the seller.
        pub person_id: Option<Uuid>,
        /// The order that was paid or refunded; null for payouts.
        pub order_id: Option<Uuid>,
        pub payment_id: Option<Uuid>,
        pub ticket_id: Option<Uuid>,
        /// The payout that this posting belongs to, or that includes a seller's proceeds.
        pub payout_id: Option<Uuid>,
        /// A debit above zero, a credit below.
        pub amount: i64,
        pub currency: Text<Currency>,
        /// The price that the buyer paid for the ticket, on a seller's posting.
        pub price: Option<i64>,
        /// The marketplace's share of that price.
        pub fee: Option<i64>,
        /// The show and the seat as JSON, on a seller's posting.
        pub about: Option<String>,
        /// The earliest payout, on a seller's posting.
        pub releases_at: Option<Millis>,
        /// Whether a payout still has to include this posting.
        pub open: bool,
        pub booked_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod payouts {
    use crate::services::payments::schema::GatewayName;
    use crate::services::payments::schema::PayoutState;
    use crate::store::{Millis, Text};
    use sea_orm::entity::prelude::*;
    use shared::Currency;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payouts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub gateway: Text<GatewayName>,
        pub seller_id: Uuid,
        pub amount: i64,
        pub currency: Text<Currency>,
        pub state: Text<PayoutState>,
        /// The provider's reference once paid, or its reason if refused.
        pub note: Option<String>,
        pub attempts: i64,
        pub next_try_at: Option<Millis>,
        pub created_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Sellers who could not be paid, and when that is checked again.
pub mod payout_checks {
    use crate::services::payments::schema::GatewayName;
    use crate::store::{Millis, Text};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payout_checks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub gateway: Text<GatewayName>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub seller_id: Uuid,
        pub attempts: i64,
        pub next_check_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod sandbox_payments {
    use crate::services::payments::schema::SandboxState;
    use crate::store::Text;
    use sea_orm::entity::prelude::*;
    use shared::Currency;
    use shared::payments::Decline;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sandbox_payments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: Uuid,
        pub state: Text<SandboxState>,
        pub decline: Option<Text<Decline>>,
        /// Zero, and no currency, for a payment that was closed before its authorization was requested.
        pub amount: i64,
        pub currency: Option<Text<Currency>>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod sandbox_payouts {
    use crate::store::Text;
    use sea_orm::entity::prelude::*;
    use shared::Currency;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sandbox_payouts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payout_id: Uuid,
        pub amount: i64,
        pub currency: Text<Currency>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod stripe_intents {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stripe_intents")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: Uuid,
        /// Stripe's id of the payment intent, `pi_…`.
        pub intent: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod stripe_accounts {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stripe_accounts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seller_id: Uuid,
        /// Stripe's id of the connected account, `acct_…`.
        pub account: String,
        /// Whether Stripe accepts transfers to it.
        pub ready: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod webhook_events {
    use crate::store::Millis;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhook_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        pub kind: String,
        /// The payment that the event is about. Events about anything else are not stored.
        pub payment_id: Uuid,
        pub body: String,
        pub received_at: Millis,
        pub handled_at: Option<Millis>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
