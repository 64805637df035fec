//! The client's own clock: for waiting, and for counting down between two answers of the server.

use shared::Instant;
use std::time::Duration;

/// What time the client thinks it is; the server's clock is what counts.
pub fn now() -> Instant {
    #[cfg(target_arch = "wasm32")]
    return Instant::from_millis(js_sys::Date::now() as i64);
    #[cfg(not(target_arch = "wasm32"))]
    {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Waits.
pub async fn sleep(duration: Duration) {
    #[cfg(target_arch = "wasm32")]
    gloo_timers::future::sleep(duration).await;
    #[cfg(not(target_arch = "wasm32"))]
    futures_timer::Delay::new(duration).await;
}
