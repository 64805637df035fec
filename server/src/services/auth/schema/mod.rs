//! The tables of `auth`, a file for each part: accounts, sessions, links, attempts, security events, mails.

pub mod attempts;
pub mod events;
pub mod links;
pub mod mails;
pub mod sessions;
pub mod users;

use crate::services::auth::rules;
use crate::store::{Migration, Retention};
use crate::telemetry::metrics::StateGauge;
use std::time::Duration;

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_users",
        sql: "
        create table users (
            id uuid primary key, email text not null unique, password_hash text not null, created_at bigint not null);
        create table sessions (
            token_hash text primary key, user_id uuid not null, expires_at bigint not null);
        create index sessions_expiring on sessions (expires_at);
        create table sign_in_attempts (email text primary key, failures bigint not null, next_at bigint not null);
        create table mails (
            key text primary key, user_id uuid not null, kind text not null, subject text not null,
            body text not null, state text not null, attempts bigint not null, reason text, next_try_at bigint,
            created_at bigint not null, sent_at bigint);
        create index mails_waiting on mails (next_try_at) where next_try_at is not null;",
    },
    // An address may have several accounts from here on, so `users` is created again: SQLite cannot drop a constraint. The table
    // `sign_in_attempts` is the first version's alone.
    Migration {
        name: "0002_accounts",
        sql: "
        create table salt_keys (id bigint primary key, key text not null);
        create table accounts (
            id uuid primary key, email text not null, password_hash text not null, created_at bigint not null,
            verified_at bigint, language text not null default 'en');
        insert into accounts (id, email, password_hash, created_at)
            select id, email, password_hash, created_at from users;
        drop table users;
        alter table accounts rename to users;
        create unique index users_verified on users (email) where verified_at is not null;
        create index users_of_address on users (email);
        alter table sessions add column agent text not null default '';
        alter table sessions add column network text not null default '';
        alter table sessions add column started_at bigint not null default 0;
        alter table sessions add column used_at bigint not null default 0;
        update sessions set started_at = expires_at - 2592000000, used_at = expires_at - 2592000000;
        create index sessions_of_user on sessions (user_id);
        create table devices (token_hash text primary key, user_id uuid not null, expires_at bigint not null);
        create index devices_of_user on devices (user_id);
        create index devices_expiring on devices (expires_at);
        create table links (
            token_hash text primary key, user_id uuid not null, kind text not null, email text not null,
            password_hash text, expires_at bigint not null);
        create index links_of_user on links (user_id);
        create index links_expiring on links (expires_at);
        create table attempts (
            key text primary key, failures bigint not null, next_at bigint not null, failed_at bigint not null);
        create index attempts_failed on attempts (failed_at);
        create table security_events (
            id uuid primary key, user_id uuid not null, kind text not null, at bigint not null,
            agent text not null, network text not null);
        create index security_events_of_user on security_events (user_id, at);
        create index security_events_recorded on security_events (at);
        alter table mails add column address text;
        alter table mails add column account_next_try_at bigint;
        create index mails_of_accounts_waiting on mails (account_next_try_at) where account_next_try_at is not null;
        create index mails_to_address on mails (address, created_at) where address is not null;
        create index mails_of_user on mails (user_id);
        create index mails_created on mails (created_at);",
    },
];

/// Mails that wait, by the indexes `mails_waiting` and `mails_of_accounts_waiting`.
pub const STATE_GAUGE: StateGauge = StateGauge {
    name: "mails",
    states: &["waiting"],
    sql: "select 'waiting' as state, (select count(*) from mails where next_try_at is not null)
        + (select count(*) from mails where account_next_try_at is not null) as rows",
};

/// What is not kept until its account is closed: see `docs/retention.md`.
pub const RETENTIONS: &[Retention] = &[
    expired("sessions"),
    expired("devices"),
    expired("links"),
    Retention { table: "attempts", key: "key", is_over: "true", since: "failed_at", life: rules::ATTEMPT_LIFETIME },
    Retention {
        table: "security_events",
        key: "id",
        is_over: "true",
        since: "at",
        life: rules::SECURITY_EVENT_LIFETIME,
    },
    Retention { table: "mails", key: "key", is_over: "true", since: "created_at", life: rules::MAIL_LIFETIME },
];

/// Rows with a token, which proves nothing from `expires_at` on.
const fn expired(table: &'static str) -> Retention {
    Retention { table, key: "token_hash", is_over: "true", since: "expires_at", life: Duration::ZERO }
}
