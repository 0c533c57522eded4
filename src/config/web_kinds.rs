//! The kinds of values that name places in the network.

use std::net::SocketAddr;

use toml::Value;
use url::Url;

use super::{
    address::{IpBlock, parse_listen},
    kinds::{Kind, Texts, each},
    spot::{Fault, Spot},
};

/// A web address, or none.
pub(super) struct Web;

impl Kind for Web {
    type Out = Option<Url>;
    const WHAT: &'static str = "URL";

    fn read(label: &str, spot: &Spot) -> Result<Option<Url>, Vec<Fault>> {
        let url = spot.text().and_then(|text| Url::parse(text).ok());
        let web = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        web.map(Some).ok_or_else(|| spot.wrong(label, "an http or https URL, as https://calls.example.org"))
    }

    fn show(value: &Option<Url>) -> Option<Value> {
        value.as_ref().map(|url| Value::String(url.to_string()))
    }
}

/// Browser origins.
pub(super) struct Origins;

impl Kind for Origins {
    type Out = Vec<String>;
    const WHAT: &'static str = "list of origins";

    fn read(label: &str, spot: &Spot) -> Result<Vec<String>, Vec<Fault>> {
        each(label, spot, "origins, as \"https://app.example.org\", or \"*\"", |item| {
            let text = item.text()?;
            if text == "*" {
                return Some(text.to_owned());
            }
            let url =
                Url::parse(text).ok().filter(|url| url.has_host() && url.path().len() <= 1 && url.query().is_none())?;
            let origin = url.origin();
            origin.is_tuple().then(|| origin.ascii_serialization())
        })
    }

    fn show(value: &Vec<String>) -> Option<Value> {
        Texts::show(value)
    }
}

/// Addresses and networks.
pub(super) struct Networks;

impl Kind for Networks {
    type Out = Vec<IpBlock>;
    const WHAT: &'static str = "list of addresses and networks";

    fn read(label: &str, spot: &Spot) -> Result<Vec<IpBlock>, Vec<Fault>> {
        each(label, spot, "addresses or networks, as \"10.0.0.7\" or \"10.0.0.0/8\"", |item| item.text()?.parse().ok())
    }

    fn show(value: &Vec<IpBlock>) -> Option<Value> {
        Some(Value::Array(value.iter().map(|block| Value::String(block.to_string())).collect()))
    }
}

/// An address and a port to listen on.
pub(super) struct Listen;

impl Kind for Listen {
    type Out = SocketAddr;
    const WHAT: &'static str = "address:port";

    fn read(label: &str, spot: &Spot) -> Result<SocketAddr, Vec<Fault>> {
        let must_be = "an address and a port, as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080";
        spot.text().and_then(parse_listen).ok_or_else(|| spot.wrong(label, must_be))
    }

    fn show(value: &SocketAddr) -> Option<Value> {
        Some(Value::String(value.to_string()))
    }
}
