//! Paying sellers with Stripe Connect: money goes from the marketplace's balance to the account that a seller has at
//! Stripe, and Stripe brings it to their bank. Stripe itself asks them who they are.

use super::api::{ConnectedAccount, Listed, Named, Page, Refused};
use super::{Stripe, TRIES_PER_KEY};
use crate::Error;
use crate::services::payments::ledger::payouts::{Payout, PayoutOutcome, PayoutProvider};
use async_trait::async_trait;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::Serialize;
use shared::UserId;
use std::collections::BTreeMap;

pub mod accounts {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stripe_accounts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seller_id: Uuid,
        pub account: String,
        /// Whether money can be sent to it.
        pub ready: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serialize)]
struct CreateAccount<'a> {
    r#type: &'a str,
    metadata: BTreeMap<&'a str, String>,
}

#[derive(Serialize)]
struct CreateLink<'a> {
    account: &'a str,
    refresh_url: String,
    return_url: String,
    r#type: &'a str,
}

#[derive(Serialize)]
struct CreateTransfer<'a> {
    amount: i64,
    currency: String,
    destination: &'a str,
    transfer_group: String,
    metadata: BTreeMap<&'a str, String>,
}

impl Stripe {
    async fn account(&self, seller: UserId) -> Result<Option<accounts::Model>, Error> {
        Ok(accounts::Entity::find_by_id(seller.uuid()).one(self.store.read()).await?)
    }

    async fn create_account(&self, seller: UserId) -> Result<String, Error> {
        let metadata = BTreeMap::from([("seller_id", seller.to_string())]);
        let form = CreateAccount { r#type: "express", metadata };
        let created: Named = self.api.post("/accounts", &form, &format!("{seller}/account")).await?;
        let account = created.id;
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let row = accounts::ActiveModel {
                    seller_id: Set(seller.uuid()),
                    account: Set(account.clone()),
                    ready: Set(false),
                };
                let first = OnConflict::column(accounts::Column::SellerId).do_nothing().to_owned();
                accounts::Entity::insert(row).on_conflict(first).exec_without_returning(tx.db()).await?;
                Ok(account)
            })
        });
        write.await
    }
}

#[async_trait]
impl PayoutProvider for Stripe {
    async fn is_ready(&self, seller: UserId) -> Result<bool, Error> {
        let Some(row) = self.account(seller).await? else { return Ok(false) };
        if row.ready {
            return Ok(true);
        }
        let account: ConnectedAccount = self.api.get(&format!("/accounts/{}", row.account), None).await?;
        let ready = account.payouts_enabled == Some(true);
        if ready {
            let write = self.store.write(self.store.root_cause(), move |tx| {
                Box::pin(async move {
                    let update = accounts::Entity::update_many().col_expr(accounts::Column::Ready, Expr::value(true));
                    let ours = accounts::Column::SellerId.eq(seller.uuid());
                    Ok(update.filter(ours).exec(tx.db()).await.map(drop)?)
                })
            });
            write.await?;
        }
        Ok(ready)
    }

    async fn onboarding_url(&self, seller: UserId) -> Result<Option<String>, Error> {
        let account = match self.account(seller).await? {
            Some(row) => row.account,
            None => self.create_account(seller).await?,
        };
        let page = format!("{}/selling", self.public_url);
        let form =
            CreateLink { account: &account, refresh_url: page.clone(), return_url: page, r#type: "account_onboarding" };
        // A link is good once, so each gets a key of its own.
        let key = format!("{account}/link/{}", self.store.environment().new_id());
        let link: Page = self.api.post("/account_links", &form, &key).await?;
        Ok(Some(link.url))
    }

    async fn send(&self, payout: &Payout) -> Result<PayoutOutcome, Error> {
        let Some(row) = self.account(payout.seller).await? else {
            return Ok(PayoutOutcome::Refused("the seller has no account at Stripe".to_owned()));
        };
        let form = CreateTransfer {
            amount: payout.amount.minor,
            currency: payout.amount.currency.code().to_lowercase(),
            destination: &row.account,
            transfer_group: payout.id.to_string(),
            metadata: BTreeMap::from([("payout_id", payout.id.to_string())]),
        };
        if payout.tries > 0 {
            // A key is forgotten after a day, the payout's own name is not.
            let query = format!("transfer_group={}", payout.id);
            let done: Listed = self.api.get("/transfers", Some(&query)).await?;
            if let Some(transfer) = done.data.into_iter().next() {
                return Ok(PayoutOutcome::Paid(transfer.id));
            }
        }
        let key = format!("{}/transfer/{}", payout.id, payout.tries / TRIES_PER_KEY);
        match self.api.post::<Named>("/transfers", &form, &key).await {
            Ok(transfer) => Ok(PayoutOutcome::Paid(transfer.id)),
            // What was captured arrives on the balance days later.
            Err(Refused::No { code, .. }) if code == "balance_insufficient" => {
                Err(Error::failed("Stripe has not received the money yet"))
            }
            Err(Refused::No { code, .. }) => Ok(PayoutOutcome::Refused(code)),
            Err(refused) => Err(refused.into()),
        }
    }
}
