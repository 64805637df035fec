//! Which page each address shows. Other modules build addresses with [`crate::routes`]; only what runs the router needs
//! [`Route`], so that pages and components do not depend on each other through it.

use crate::client::context::AddressHook;
use crate::pages::layout::PageLayout;
use crate::pages::{
    Account, Design, DoorPage, ForgotPassword, FormError, GiftPage, Home, NotFound, OrderPage, Orders, PassPage,
    Passes, ResetPassword, Sell, Selling, ShowPage, SignIn, SignUp, TicketPage, VerifyEmail,
};
use crate::routes::{AccountQuery, ForgotQuery, FormErrorQuery, HomeQuery, LinkQuery, SellQuery, SignInQuery};
use dioxus::prelude::*;

#[derive(Clone, Debug, PartialEq, Routable)]
#[rustfmt::skip]
pub enum Route {
    #[layout(Layout)]
        #[route("/?:..query")]
        Home { query: HomeQuery },
        #[route("/shows/:id")]
        ShowPage { id: String },
        #[route("/tickets")]
        Passes {},
        #[route("/tickets/:id")]
        TicketPage { id: String },
        #[route("/passes/:id")]
        PassPage { id: String },
        #[route("/gifts/:id")]
        GiftPage { id: String },
        #[route("/door/:id")]
        DoorPage { id: String },
        #[route("/sell?:..query")]
        Sell { query: SellQuery },
        #[route("/selling")]
        Selling {},
        #[route("/orders")]
        Orders {},
        #[route("/orders/:id")]
        OrderPage { id: String },
        #[route("/sign-in?:..query")]
        SignIn { query: SignInQuery },
        #[route("/sign-up?:..query")]
        SignUp { query: SignInQuery },
        #[route("/account?:..query")]
        Account { query: AccountQuery },
        #[route("/verify?:..query")]
        VerifyEmail { query: LinkQuery },
        #[route("/forgot?:..query")]
        ForgotPassword { query: ForgotQuery },
        #[route("/reset?:..query")]
        ResetPassword { query: LinkQuery },
        #[route("/sorry?:..query")]
        FormError { query: FormErrorQuery },
        #[route("/design")]
        Design {},
        #[route("/:..path")]
        NotFound { path: Vec<String> },
}

#[component]
fn Layout() -> Element {
    use_context_provider(|| AddressHook(use_route_address));
    rsx! {
        PageLayout { Outlet::<Route> {} }
    }
}

fn use_route_address() -> String {
    // The router writes a question mark before an empty query, too.
    use_route::<Route>().to_string().trim_end_matches('?').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ApiError;
    use crate::routes::{self, AccountChange};
    use shared::Rejection;
    use shared::tickets::ShowFilter;

    #[test]
    fn every_address_function_leads_to_the_page_of_its_name() {
        let id = "0198c0de-0000-7000-8000-000000000000";
        let (own_id, back) = (id.to_owned(), SignInQuery::back_to("/shows/1?together=2"));
        let filter = ShowFilter { search: Some("Jazz Söhne".to_owned()), ..ShowFilter::default() };
        let problem = ApiError::from(Rejection::TicketHeld);
        let link = LinkQuery::default();
        let changed = AccountQuery { done: Some(AccountChange::PasswordChanged) };
        let pages = [
            (routes::home(), Route::Home { query: HomeQuery::default() }),
            (routes::shows(&filter), Route::Home { query: HomeQuery(filter.clone()) }),
            (routes::show(id), Route::ShowPage { id: own_id.clone() }),
            (routes::ticket(id), Route::TicketPage { id: own_id.clone() }),
            (routes::sell(), Route::Sell { query: SellQuery::default() }),
            (routes::sell_for(id), Route::Sell { query: SellQuery { show: own_id.clone() } }),
            (routes::selling(), Route::Selling {}),
            (routes::orders(), Route::Orders {}),
            (routes::order(id), Route::OrderPage { id: own_id }),
            (routes::sign_in(&back), Route::SignIn { query: back.clone() }),
            (routes::sign_in(&SignInQuery::default()), Route::SignIn { query: SignInQuery::default() }),
            (routes::sign_up(&back), Route::SignUp { query: back }),
            (routes::account(&AccountQuery::default()), Route::Account { query: AccountQuery::default() }),
            (routes::account(&changed), Route::Account { query: changed.clone() }),
            (routes::verify(&link), Route::VerifyEmail { query: link.clone() }),
            (routes::verify(&LinkQuery { done: true }), Route::VerifyEmail { query: LinkQuery { done: true } }),
            (routes::forgot(&ForgotQuery { done: true }), Route::ForgotPassword { query: ForgotQuery { done: true } }),
            (routes::reset(&link), Route::ResetPassword { query: link.clone() }),
            (
                routes::form_error(problem.clone(), "/orders"),
                Route::FormError { query: FormErrorQuery::new(problem, "/orders") },
            ),
        ];

        for (address, page) in pages {
            assert_eq!(address.parse::<Route>().ok(), Some(page.clone()), "{address}");
            assert_eq!(address, page.to_string().trim_end_matches('?'), "the router writes the same address");
        }
    }

    #[test]
    fn an_id_from_a_form_stays_one_segment_of_the_path() {
        let id = "../orders?a=b#c d";

        assert_eq!(routes::show(id).parse::<Route>().ok(), Some(Route::ShowPage { id: id.to_owned() }));
    }
}
