//! The program, with two faces: the client, or what serves it.

fn main() -> std::process::ExitCode {
    #[cfg(feature = "server")]
    return ticketing::web::command::main();
    #[cfg(not(feature = "server"))]
    {
        ticketing::launch();
        std::process::ExitCode::SUCCESS
    }
}
