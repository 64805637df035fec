//! A network of its own for one process: a namespace and a cable to it that can be unplugged.

use anyhow::{Result, ensure};

use crate::child;

/// The namespace's end of the cable, and ours.
const INSIDE: &str = "10.87.61.2";
const OUTSIDE: &str = "10.87.61.1";

/// A network namespace, which goes with this value.
pub struct Network {
    name: String,
    cable: String,
}

impl Network {
    /// Whether this machine lets us make one: that needs Linux, `ip`, and the administrator's rights.
    pub fn is_possible() -> bool {
        let probe = format!("ticketing-probe-{}", std::process::id());
        ip(&format!("netns add {probe}")).and_then(|()| ip(&format!("netns delete {probe}"))).is_ok()
    }

    /// Makes the namespace and plugs the cable in.
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

    /// The namespace's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where this machine is, seen from inside.
    pub fn host(&self) -> &'static str {
        OUTSIDE
    }

    /// Unplugs the cable.
    pub fn cut(&self) -> Result<()> {
        ip(&format!("link set {} down", self.cable))
    }

    /// Plugs it in again.
    pub fn mend(&self) -> Result<()> {
        ip(&format!("link set {} up", self.cable))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // The cable goes with the namespace that its other end is in.
        let _ = ip(&format!("netns delete {}", self.name));
    }
}

fn ip(words: &str) -> Result<()> {
    let words: Vec<&str> = words.split(' ').collect();
    ensure!(child::answer("ip", &words).is_some(), "ip {} failed", words.join(" "));
    Ok(())
}
