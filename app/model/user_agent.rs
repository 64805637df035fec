//! Which browser and which system a `User-Agent` names, for people who look for their own devices in a list.

/// What a `User-Agent` tells, by the names that people know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserAgent {
    pub browser: Option<&'static str>,
    pub system: Option<&'static str>,
}

/// Parts of a `User-Agent` and the browser that sends them. Most browsers also name those that they are like, so the first match
/// counts.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
    ("Ticketing/", "Ticketing"),
    ("curl/", "curl"),
];

/// Parts of a `User-Agent` and the system that sends them: Android also names Linux, and an iPhone Mac OS.
const SYSTEMS: [(&str, &str); 10] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
    // Our own desktop program.
    ("windows", "Windows"),
    ("macos", "macOS"),
    ("linux", "Linux"),
];

impl UserAgent {
    /// Recognises what is common; the rest stays unknown.
    pub fn parse(text: &str) -> UserAgent {
        let find =
            |names: &[(&str, &'static str)]| names.iter().find(|(part, _)| text.contains(part)).map(|(_, name)| *name);
        UserAgent { browser: find(&BROWSERS), system: find(&SYSTEMS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_named_as_people_know_them() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
        for (text, browser, system) in [
            (format!("{windows} Chrome/142.0.0.0 Safari/537.36"), "Chrome", "Windows"),
            (format!("{windows} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"), "Edge", "Windows"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(), "Firefox", "Linux"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15"
                    .to_owned(),
                "Safari",
                "macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148"
                    .to_owned(),
                "Chrome",
                "iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
                    .to_owned(),
                "Chrome",
                "Android",
            ),
        ] {
            assert_eq!(UserAgent::parse(&text), UserAgent { browser: Some(browser), system: Some(system) }, "{text}");
        }
        let own = UserAgent { browser: Some("Ticketing"), system: Some("macOS") };
        assert_eq!(UserAgent::parse("Ticketing/0.1.0 (macos)"), own);
        assert_eq!(UserAgent::parse("a program"), UserAgent { browser: None, system: None });
    }
}
