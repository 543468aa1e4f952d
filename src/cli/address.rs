use super::{Failure, Result};
use crate::text;
use url::{Host, Url};

/// The address under which respondents reach the service, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress(String);

impl PublicAddress {
    /// Reads an address as it was set. It is encrypted unless it is of this machine, and has
    /// nothing behind host and port: links must stay short.
    pub fn read(typed: &str) -> Result<Self> {
        let wrong = || Failure::Environment(text!("cli.public_address", address = typed));
        let url = Url::parse(typed.trim()).map_err(|_| wrong())?;
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        let encrypted = url.scheme() == "https" || (url.scheme() == "http" && here);
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if encrypted && bare && anonymous && url.has_host() {
            Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
        } else {
            Err(wrong())
        }
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_its_slash_and_nothing_else() {
        for (typed, read) in [
            ("https://phieu.example.gov.vn", "https://phieu.example.gov.vn"),
            ("https://phieu.example.gov.vn/", "https://phieu.example.gov.vn"),
            ("https://phieu.example.gov.vn:8443", "https://phieu.example.gov.vn:8443"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://localhost", "http://localhost"),
            ("http://[::1]:80/", "http://[::1]"),
        ] {
            assert_eq!(PublicAddress::read(typed).ok().as_ref().map(|a| a.as_str()), Some(read));
        }
    }

    #[test]
    fn what_cannot_stand_in_a_letter_is_refused() {
        for typed in [
            "",
            "phieu.example.gov.vn",
            "http://phieu.example.gov.vn",
            "ftp://127.0.0.1",
            "https://phieu.example.gov.vn/khao-sat",
            "https://phieu.example.gov.vn?a=1",
            "https://phieu.example.gov.vn/#a",
            "https://ai:mat-khau@phieu.example.gov.vn",
            "https://",
        ] {
            assert!(PublicAddress::read(typed).is_err(), "{typed}");
        }
    }
}
