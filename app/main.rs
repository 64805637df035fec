//! The executable: the browser client, the desktop client or the server, chosen by feature.

fn main() -> std::process::ExitCode {
    #[cfg(feature = "server")]
    return ticketing::web::cli::main();
    #[cfg(all(feature = "desktop", not(feature = "server"), not(target_arch = "wasm32")))]
    return ticketing::desktop::main();
    #[cfg(not(any(feature = "server", all(feature = "desktop", not(target_arch = "wasm32")))))]
    {
        ticketing::launch();
        std::process::ExitCode::SUCCESS
    }
}
