//! A network namespace for one process, connected by a virtual cable that can be unplugged.

use anyhow::{Result, ensure};

use crate::process::output_of;

/// The addresses of the two ends of the cable: in the namespace, and on this machine.
const INSIDE: &str = "10.87.61.2";
const OUTSIDE: &str = "10.87.61.1";

/// A network namespace. It is deleted when this value is dropped.
pub struct Network {
    name: String,
    cable: String,
}

impl Network {
    /// Whether this machine can create one: that needs Linux, `ip` and root.
    pub fn is_possible() -> bool {
        let probe = format!("ticketing-probe-{}", std::process::id());
        ip(&format!("netns add {probe}")).and_then(|()| ip(&format!("netns delete {probe}"))).is_ok()
    }

    /// Creates the namespace and connects it.
    pub fn new() -> Result<Network> {
        let number = std::process::id() % 100_000;
        let network = Network { name: format!("ticketing-{number}"), cable: format!("tkt{number}") };
        let (name, cable, inner) = (&network.name, &network.cable, format!("tki{number}"));
        ip(&format!("netns add {name}"))?;
        ip(&format!("link add {cable} type veth peer name {inner}"))?;
        ip(&format!("link set {inner} netns {name}"))?;
        ip(&format!("address add {OUTSIDE}/30 dev {cable}"))?;
        ip(&format!("link set {cable} up"))?;
        ip(&format!("-n {name} address add {INSIDE}/30 dev {inner}"))?;
        ip(&format!("-n {name} link set {inner} up"))?;
        ip(&format!("-n {name} link set lo up"))?;
        Ok(network)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address of this machine as seen from the namespace.
    pub fn host(&self) -> &'static str {
        OUTSIDE
    }

    pub fn disconnect(&self) -> Result<()> {
        ip(&format!("link set {} down", self.cable))
    }

    pub fn reconnect(&self) -> Result<()> {
        ip(&format!("link set {} up", self.cable))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // Deleting the namespace deletes both ends of the cable.
        let _ = ip(&format!("netns delete {}", self.name));
    }
}

fn ip(arguments: &str) -> Result<()> {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    ensure!(output_of("ip", &arguments).is_some(), "ip {} failed", arguments.join(" "));
    Ok(())
}
