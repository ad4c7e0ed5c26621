//! Names to addresses, handing on only what was checked: the connection goes to exactly these addresses, so a name whose
//! answer changes after the check gains nothing.

use std::{
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::address::{is_private, is_public};

/// At most so many names are looked up at the same time, those that nobody waits for any more included.
const AT_ONCE: usize = 32;

/// The addresses of a name.
pub(crate) type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
/// Asks for the addresses of a name.
pub(crate) type Lookup = Arc<dyn Fn(String) -> Looking + Send + Sync>;
/// Where to connect for an address that was checked; tests record it and stay on loopback.
pub(crate) type Dial = Arc<dyn Fn(IpAddr) -> SocketAddr + Send + Sync>;

/// Resolves names, and hands on addresses that may be reached: all of a name's, or none.
pub(crate) struct CheckedNames {
    pub(crate) lookup: Lookup,
    pub(crate) dial: Dial,
    /// Whether an address may be reached.
    pub(crate) may: fn(IpAddr) -> bool,
}

impl CheckedNames {
    /// Names of the public internet: the system's resolver, and connections to what it says.
    pub(crate) fn public() -> Self {
        Self::system(is_public)
    }

    /// Names of private networks too.
    pub(crate) fn private() -> Self {
        Self::system(|address| is_public(address) || is_private(address))
    }

    fn system(may: fn(IpAddr) -> bool) -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let lookup = move |name: String| -> Looking {
            let place = Arc::clone(&places).try_acquire_owned();
            Box::pin(async move {
                let place = place.map_err(|_| io::Error::other("too many names are being looked up"))?;
                // The system cannot be told to stop: whoever gives up leaves a thread that waits, which keeps its place.
                let looking = tokio::spawn(async move {
                    let found = tokio::net::lookup_host((name, 0)).await.map(|all| all.map(|one| one.ip()).collect());
                    drop(place);
                    found
                });
                looking.await.map_err(io::Error::other)?
            })
        };
        // Port 0 stands for the URL's own.
        Self { lookup: Arc::new(lookup), dial: Arc::new(|address| SocketAddr::new(address, 0)), may }
    }
}

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let looking = (self.lookup)(name.as_str().to_owned());
        let (dial, may) = (Arc::clone(&self.dial), self.may);
        Box::pin(async move {
            let addresses = looking.await?;
            if addresses.is_empty() {
                return Err("the name has no address".into());
            }
            // A name with one foot inside is not one of the outside.
            if let Some(inside) = addresses.iter().find(|address| !may(**address)) {
                return Err(format!("the name leads to {inside}, which may not be asked").into());
            }
            let checked: Vec<SocketAddr> = addresses.into_iter().map(|address| dial(address)).collect();
            Ok(Box::new(checked.into_iter()) as Addrs)
        })
    }
}

/// Resolves `localhost` without asking anybody, and nothing else.
pub(crate) struct ThisComputer;

impl Resolve for ThisComputer {
    fn resolve(&self, name: Name) -> Resolving {
        let is_localhost = name.as_str() == "localhost";
        Box::pin(async move {
            if !is_localhost {
                return Err("not this computer".into());
            }
            let here: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            Ok(Box::new(here.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
