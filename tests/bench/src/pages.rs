//! Rows about reading: JSON, lists, pages and searches.

use anyhow::Result;

use crate::bench::{Bench, Measurement, Plan};
use crate::market::CONCURRENCY;
use crate::row::{Row, Target};
use crate::user::User;

/// A full page of a list.
const LISTED: usize = 50;

/// A page to measure.
struct Page {
    name: &'static str,
    operation: &'static str,
    request: Vec<u8>,
    target: f64,
}

/// Measures all rows of this group.
///
/// # Errors
/// If the site does not answer as expected.
pub fn measure(plan: &Plan, bench: &mut Bench, rows: &mut Vec<Row>) -> Result<()> {
    let show = bench.market.create_show("On sale")?;
    let ticket = bench.market.list(&show, LISTED)?.remove(0);
    bench.site.settle()?;
    json(plan, bench, rows, &show, &ticket)?;

    let (nobody, buyer) = (User::default(), bench.market.buyers[0].clone());
    let show = format!("/shows/{show}");
    // Signed in, four times what the pages did when they were first measured: 0.02 and 0.017 of a file.
    let pages = [
        Page { name: "home", operation: "home page, signed out", request: nobody.browse("/"), target: 0.4 },
        Page { name: "home-signed-in", operation: "home page, signed in", request: buyer.browse("/"), target: 0.08 },
        Page { name: "show", operation: "show page, signed out", request: nobody.browse(&show), target: 0.4 },
        Page { name: "show-signed-in", operation: "show page, signed in", request: buyer.browse(&show), target: 0.07 },
    ];
    for Page { name, operation, request, target } in pages {
        let page = Measurement {
            name: name.to_owned(),
            operation: operation.to_owned(),
            limit: "static file",
            target: Target::Ratio(target),
        };
        rows.extend(page.run(
            plan,
            bench,
            |bench| bench.repeat(&request, CONCURRENCY, plan.duration, 200),
            |bench| bench.static_file(plan.duration),
        )?);
    }
    Ok(())
}

/// JSON of one ticket and of a list.
///
/// # Errors
/// If the site does not answer as expected.
pub fn json(plan: &Plan, bench: &mut Bench, rows: &mut Vec<Row>, show: &str, ticket: &str) -> Result<()> {
    let user = User::default();
    let lists = [
        ("ticket", "ticket as JSON".to_owned(), user.get(&format!("/api/tickets/{ticket}")), Target::Ratio(0.4)),
        (
            "list",
            format!("list of {LISTED} tickets as JSON"),
            user.get(&format!("/api/shows/{show}/tickets")),
            Target::None,
        ),
    ];
    for (name, operation, request, target) in lists {
        let row = Measurement { name: name.to_owned(), operation, limit: "trivial response", target };
        rows.extend(row.run(
            plan,
            bench,
            |bench| bench.repeat(&request, CONCURRENCY, plan.duration, 200),
            |bench| bench.trivial(CONCURRENCY, plan.duration),
        )?);
    }
    Ok(())
}
