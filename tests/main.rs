//! The tests of Ticketing as a whole. `world` runs the services in this process, on a clock that the tests steer;
//! `site` runs the release bundle as people do.

mod bad_input;
mod broker;
mod bus;
mod cluster;
mod crashes;
mod defects;
mod http_surface;
mod mails;
mod money;
mod pages;
mod purchase;
mod races;
mod search;
mod site;
mod start_up;
mod watchers;
mod world;
