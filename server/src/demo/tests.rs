//! Tests of the demo data.

use super::*;
use crate::{Config, Environment};
use shared::tickets::{Category, ShowListing};
use std::collections::HashSet;
use std::path::Path;
use tempfile::TempDir;

async fn start(folder: &Path) -> Host {
    let data = format!("sqlite://{}", folder.display());
    let find = |name: &str| (name == "DATABASE_URL").then(|| data.clone());
    let config = Config::from_variables(find).expect("the configuration is valid");
    Host::start(&config, Environment::real()).await.expect("starts")
}

async fn listed(host: &Host) -> Vec<ShowListing> {
    let anonymous = Caller::anonymous(host.environment().new_id());
    host.backend().call(&anonymous, ListShows::default()).await.expect("lists").items
}

#[tokio::test]
async fn an_empty_marketplace_is_filled_once() {
    let folder = TempDir::new().expect("makes a folder");
    let host = start(folder.path()).await;

    let accounts = fill(&host).await.expect("fills");
    let shows = listed(&host).await;
    let again = fill(&host).await.expect("changes nothing");

    assert_eq!((accounts.len(), &again), (2, &accounts));
    assert_eq!((shows.len(), listed(&host).await.len()), (SHOWS.len(), SHOWS.len()));
    assert!(shows.iter().all(|listing| (4..=14).contains(&listing.tickets_left)));
    let categories: HashSet<Category> = shows.iter().map(|listing| listing.show.category).collect();
    assert_eq!(categories.len(), Category::ALL.len());
    host.stop().await;
}

#[tokio::test]
async fn a_marketplace_with_shows_of_other_users_is_not_changed() {
    let folder = TempDir::new().expect("makes a folder");
    let host = start(folder.path()).await;
    let stranger = DemoAccount { email: ACCOUNTS[0].0.to_owned(), password: "another password".to_owned() };
    let caller = sign_up(&host, &host.backend(), &stranger).await.expect("signs up");
    create_show(&host.backend(), &caller, &SHOWS[0], host.environment().now()).await.expect("announces");

    let accounts = fill(&host).await.expect("changes nothing");

    assert!(accounts.is_empty() && listed(&host).await.len() == 1);
    host.stop().await;
}
