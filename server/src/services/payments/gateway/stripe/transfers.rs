//! Payouts with Stripe Connect: a transfer moves money from the marketplace's balance to the seller's connected account, and
//! Stripe pays it out to the seller's bank. Stripe collects identity and bank details itself.

use super::api::{AccountLink, ConnectedAccount, List, Object};
use super::{ATTEMPTS_PER_KEY, Stripe};
use crate::Error;
use crate::services::payments::gateway::{Payout, PayoutOutcome, PayoutProvider};
use crate::services::payments::schema::stripe_accounts as accounts;
use async_trait::async_trait;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::Serialize;
use shared::UserId;
use std::collections::BTreeMap;

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
        let created: Object = self.api.post("/accounts", &form, &format!("{seller}/account")).await?;
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
        let selling_page = format!("{}/selling", self.public_url);
        let form = CreateLink {
            account: &account,
            refresh_url: selling_page.clone(),
            return_url: selling_page,
            r#type: "account_onboarding",
        };
        // A link works once, so each one needs a key of its own.
        let key = format!("{account}/link/{}", self.store.environment().new_id());
        let link: AccountLink = self.api.post("/account_links", &form, &key).await?;
        self.api.check_page(&link.url)?;
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
        if payout.attempts > 0 {
            // Stripe forgets an idempotency key after a day, but never a transfer group.
            let query = format!("transfer_group={}", payout.id);
            let made: List = self.api.get("/transfers", Some(&query)).await?;
            if let Some(transfer) = made.data.into_iter().next() {
                return Ok(PayoutOutcome::Paid(transfer.id));
            }
        }
        let key = format!("{}/transfer/{}", payout.id, payout.attempts / ATTEMPTS_PER_KEY);
        match self.api.post::<Object>("/transfers", &form, &key).await {
            Ok(transfer) => Ok(PayoutOutcome::Paid(transfer.id)),
            Err(error) => match error.refusal() {
                // A captured payment reaches the balance days later.
                Some("balance_insufficient") => Err(Error::failed("Stripe has not received the money yet")),
                Some(code) => Ok(PayoutOutcome::Refused(code.to_owned())),
                None => Err(error.into()),
            },
        }
    }
}
