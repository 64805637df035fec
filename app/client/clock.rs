//! The client's clock: waits, and bridges the time between two responses of the server, whose clock is authoritative.

use shared::Instant;
use std::time::Duration;

/// The time by the client's clock, which may be wrong.
#[cfg(target_arch = "wasm32")]
pub fn now() -> Instant {
    Instant::from_millis(js_sys::Date::now() as i64)
}

/// The time by the client's clock, which may be wrong.
#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::disallowed_methods, reason = "this module is the client's source of time")]
pub fn now() -> Instant {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Instant::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// Waits.
pub async fn sleep(duration: Duration) {
    #[cfg(target_arch = "wasm32")]
    gloo_timers::future::sleep(duration).await;
    #[cfg(not(target_arch = "wasm32"))]
    futures_timer::Delay::new(duration).await;
}

/// A number from 0 to 1 that differs between clients, to spread what they do; not for secrets.
#[cfg(any(target_arch = "wasm32", feature = "desktop"))]
pub fn random() -> f64 {
    #[cfg(target_arch = "wasm32")]
    {
        js_sys::Math::random()
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        (now().millis() % 1_000) as f64 / 1_000.0
    }
}

/// How many minutes the clock of the user's computer is ahead of UTC at an instant; `None` where only UTC is known.
pub fn minutes_ahead_of_utc(at: Instant) -> Option<i32> {
    #[cfg(target_arch = "wasm32")]
    {
        let minutes_behind = js_sys::Date::new(&(at.millis() as f64).into()).get_timezone_offset();
        (!minutes_behind.is_nan()).then_some(-minutes_behind as i32)
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        let _ = at;
        None
    }
}

/// The time zone of the user's computer.
pub fn local_time_zone() -> Option<String> {
    #[cfg(target_arch = "wasm32")]
    {
        let options =
            js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new()).resolved_options();
        js_sys::Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
    }
    #[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
    {
        iana_time_zone::get_timezone().ok()
    }
    #[cfg(not(any(target_arch = "wasm32", feature = "desktop")))]
    None
}
