//! Where a hook may point: no road from a registered URL into the operator's own network.
//!
//! This much can be told without asking the network. What a name resolves to is checked again at each connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Longest URL of a hook. Unit: bytes. Longer ones are refused by many servers anyway.
const MAX_URL_BYTES: usize = 2048;

/// Why a URL or an address was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// It does not parse, or is too long.
    #[error("not a url of at most 2048 bytes")]
    Malformed,
    /// Another scheme.
    #[error("only http and https urls are called")]
    Scheme,
    /// Credentials would end up in lists and logs.
    #[error("a url must not carry a user name or password; requests are signed")]
    Userinfo,
    /// Loopback, private, carrier-grade NAT or unique-local.
    #[error("{0} is not public; webhooks.allow_private = true allows it")]
    Private(IpAddr),
    /// Link-local, metadata service, multicast, unspecified, documentation, reserved.
    #[error("{0} is never called")]
    Forbidden(IpAddr),
    /// A name that stands for this machine or for the network it is in.
    #[error("{0:?} is a name within this machine or its own network; webhooks.allow_private = true allows it")]
    PrivateName(String),
    /// The name has no address.
    #[error("the name has no address")]
    NoAddress,
}

/// Reads a hook's URL and checks what can be checked without asking the network.
///
/// # Errors
/// [`GuardError`] naming what is wrong.
pub(crate) fn check_url(text: &str, allow_private: bool) -> Result<Url, GuardError> {
    if text.len() > MAX_URL_BYTES {
        return Err(GuardError::Malformed);
    }
    let url = Url::parse(text).map_err(|_| GuardError::Malformed)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(GuardError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(GuardError::Userinfo);
    }
    check_literal(&url, allow_private)?;
    match url.domain().filter(|name| !allow_private && is_private_name(name)) {
        Some(name) => Err(GuardError::PrivateName(name.to_owned())),
        None => Ok(url),
    }
}

/// Names that no public DNS gives out. Source: RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), ICANN (internal).
const PRIVATE_ZONES: [&str; 5] = ["localhost", "localhost.localdomain", "local", "home.arpa", "internal"];

fn is_private_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    PRIVATE_ZONES.iter().any(|zone| name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Checks the address of a URL that names one instead of a host.
///
/// # Errors
/// [`GuardError::Private`] or [`GuardError::Forbidden`].
pub(crate) fn check_literal(url: &Url, allow_private: bool) -> Result<(), GuardError> {
    match url.host() {
        Some(Host::Ipv4(ip)) => check_address(ip.into(), allow_private),
        Some(Host::Ipv6(ip)) => check_address(ip.into(), allow_private),
        Some(Host::Domain(_)) => Ok(()),
        None => Err(GuardError::Malformed),
    }
}

/// Whether a connection to `ip` may be made.
///
/// # Errors
/// [`GuardError::Private`] or [`GuardError::Forbidden`].
pub(crate) fn check_address(ip: IpAddr, allow_private: bool) -> Result<(), GuardError> {
    let class = match ip {
        IpAddr::V4(v4) => class_v4(v4),
        IpAddr::V6(v6) => class_v6(v6),
    };
    match class {
        Class::Public => Ok(()),
        Class::Private if allow_private => Ok(()),
        Class::Private => Err(GuardError::Private(ip)),
        Class::Forbidden => Err(GuardError::Forbidden(ip)),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Public,
    /// Refused unless the operator allows private addresses.
    Private,
    /// Refused whatever the settings: no business server lives there, and metadata services hand out credentials.
    Forbidden,
}

/// Metadata services outside the link-local range: Alibaba Cloud, Oracle Cloud, Azure.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];
/// The AWS metadata service, inside the unique-local range.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

fn class_v4(ip: Ipv4Addr) -> Class {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        _ if METADATA_V4.contains(&ip) => Class::Forbidden,
        // "This network", link-local, multicast, reserved and broadcast, documentation.
        (0, ..) | (169, 254, _) | (224.., ..) => Class::Forbidden,
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => Class::Forbidden,
        // Loopback, private, carrier-grade NAT, protocol assignments, benchmarks.
        (127 | 10, ..) | (192, 168, _) | (192, 0, 0) => Class::Private,
        (172, 16..=31, _) | (100, 64..=127, _) | (198, 18..=19, _) => Class::Private,
        _ => Class::Public,
    }
}

fn class_v6(ip: Ipv6Addr) -> Class {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return class_v4(v4);
    }
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        class_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b) {
        _ if ip.is_loopback() => Class::Private,
        _ if ip == METADATA_V6 => Class::Forbidden,
        // NAT64 and 6to4 reach the IPv4 address they carry.
        (0x64, 0xff9b) if [c, d, e, f] == [0; 4] => embedded(g, h),
        (0x64, 0xff9b) => Class::Forbidden,
        (0x2002, _) => embedded(b, c),
        // Unspecified and the deprecated IPv4-compatible form; Teredo; both documentation ranges; discard-only.
        (0, _) | (0x2001, 0 | 0xdb8) | (0x3ff0..=0x3fff, _) | (0x100, 0) => Class::Forbidden,
        // Unique-local.
        (0xfc00..=0xfdff, _) => Class::Private,
        // Link-local, the deprecated site-local, multicast.
        (0xfe80.., _) => Class::Forbidden,
        _ => Class::Public,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(ip: &str, allow_private: bool) -> Result<(), GuardError> {
        check_address(ip.parse().unwrap(), allow_private)
    }

    #[test]
    fn public_addresses_pass() {
        for ip in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"] {
            assert_eq!(verdict(ip, false), Ok(()), "{ip}");
        }
    }

    #[test]
    fn private_addresses_pass_only_where_allowed() {
        let ips = [
            "127.0.0.1",
            "127.8.8.8",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "198.18.0.1",
            "::1",
            "fd12:3456::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
        ];
        for ip in ips {
            assert!(matches!(verdict(ip, false), Err(GuardError::Private(_))), "{ip}");
            assert_eq!(verdict(ip, true), Ok(()), "{ip}");
        }
    }

    #[test]
    fn metadata_and_unroutable_addresses_never_pass() {
        let ips = [
            "0.0.0.0",
            "169.254.169.254",
            "169.254.0.1",
            "100.100.100.200",
            "192.0.0.192",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.51.100.7",
            "203.0.113.9",
            "::",
            "::7f00:1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:a9fe:a9fe::",
            "2001:0:1::1",
        ];
        for ip in ips {
            for allow_private in [false, true] {
                assert!(matches!(verdict(ip, allow_private), Err(GuardError::Forbidden(_))), "{ip} {allow_private}");
            }
        }
    }

    #[test]
    fn odd_spellings_of_addresses_are_seen_through() {
        for host in [
            "0x7f.1",
            "2130706433",
            "0177.0.0.1",
            "127.1",
            "127.0.0.1.",
            "[::ffff:7f00:1]",
            "%31%32%37.0.0.1",
            "①②⑦.0.0.1",
        ] {
            let refused = check_url(&format!("http://{host}/hook"), false);
            assert!(matches!(refused, Err(GuardError::Private(_))), "{host}: {refused:?}");
        }
    }

    #[test]
    fn names_of_this_machine_are_refused_as_its_addresses_are() {
        for host in
            ["localhost", "LocalHost.", "a.localhost", "printer.local", "db.home.arpa", "metadata.google.internal"]
        {
            let url = format!("http://{host}:8080/hook");
            assert!(matches!(check_url(&url, false), Err(GuardError::PrivateName(_))), "{host}");
            assert!(check_url(&url, true).is_ok(), "{host}");
        }
        for host in ["localhost.example.org", "notlocal", "mylocalhost", "internal.example.org"] {
            assert!(check_url(&format!("http://{host}/"), false).is_ok(), "{host}");
        }
    }

    #[test]
    fn urls_are_http_without_credentials() {
        assert!(check_url("https://example.org/hook?x=1", false).is_ok());
        assert!(check_url("http://example.org:8080", false).is_ok());
        for other in ["ftp://example.org", "file:///etc/passwd", "unix:/run/x", "javascript:1"] {
            assert_eq!(check_url(other, true), Err(GuardError::Scheme), "{other}");
        }
        for with in ["http://a@example.org", "http://a:b@example.org", "http://:b@example.org"] {
            assert_eq!(check_url(with, true), Err(GuardError::Userinfo), "{with}");
        }
        for junk in ["", "example.org", "http://", &format!("http://e.org/{}", "x".repeat(2048))] {
            assert_eq!(check_url(junk, true), Err(GuardError::Malformed), "{junk}");
        }
    }
}
