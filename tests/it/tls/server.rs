//! A helpdesk behind real TLS, on loopback, with certificates of an authority made for one test.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// An authority that no computer knows.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What a server shows of itself.
pub(crate) struct Identity(Arc<ServerConfig>);

impl Authority {
    pub(crate) fn new() -> Self {
        Self::called("An authority for one test")
    }

    pub(crate) fn called(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// The file for `TICKITI_RELAY_CA`.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server of this name, in order until 2126.
    pub(crate) fn vouches_for(&self, name: &str) -> Identity {
        self.until(name, 2126)
    }

    /// Whose certificate ended with the year before.
    pub(crate) fn until(&self, name: &str, year: i32) -> Identity {
        let (mut params, key) = (CertificateParams::new(vec![name.to_owned()]).unwrap(), KeyPair::generate().unwrap());
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity::new(certificate.der().clone(), &key)
    }
}

impl Identity {
    fn new(certificate: rustls::pki_types::CertificateDer<'static>, key: &KeyPair) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        Self(Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap()))
    }

    /// Nobody vouches for it but itself; `authority` says whether it claims to be one, as `openssl req -x509` does.
    pub(crate) fn of_its_own(name: &str, authority: bool) -> Self {
        let (mut params, key) = (CertificateParams::new(vec![name.to_owned()]).unwrap(), KeyPair::generate().unwrap());
        if authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let certificate = params.self_signed(&key).unwrap();
        Self::new(certificate.der().clone(), &key)
    }
}

/// How a server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It says that it ends: `close_notify`.
    Said,
    /// As somebody on the way would end it.
    Cut,
}

/// A server under way. Its thread ends with the test program.
pub(crate) struct Server {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Server {
    /// Reads each request whole, answers it with these bytes and ends the connection.
    pub(crate) fn answering(identity: &Identity, answer: impl AsRef<[u8]>, end: End) -> Self {
        let (config, answer) = (Arc::clone(&identity.0), answer.as_ref().to_vec());
        Self::start(move |stream, heard| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let request = read_request(&mut stream);
            heard.lock().unwrap().extend_from_slice(&request);
            // Who does not trust it has gone by now.
            let _ = stream.write_all(&answer);
            if end == End::Said {
                stream.conn.send_close_notify();
            }
            let _ = stream.flush();
            let _ = stream.sock.shutdown(Shutdown::Both);
        })
    }

    /// Lets `serve` do what it will with each connection, and keep what it heard.
    pub(crate) fn start(serve: impl Fn(TcpStream, &Mutex<Vec<u8>>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (kept, serve) = (Arc::clone(&heard), Arc::new(serve));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, serve) = (Arc::clone(&kept), Arc::clone(&serve));
                thread::spawn(move || serve(stream, &kept));
            }
        });
        Self { address, heard }
    }

    /// Speaks TLS 1.1 and keeps what it hears, as it comes over the wire.
    pub(crate) fn of_tls_1_1() -> Self {
        Self::start(|mut stream, heard| {
            let mut hello = [0; 4096];
            let count = stream.read(&mut hello).unwrap_or_default();
            heard.lock().unwrap().extend_from_slice(hello.get(..count).unwrap());
            let mut body = vec![3, 2];
            body.extend([7; 32]);
            // No session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
            body.extend([0, 0, 0x2f, 0]);
            let length = u8::try_from(body.len()).unwrap();
            let mut record = vec![22, 3, 2, 0, length + 4, 2, 0, 0, length];
            record.extend(body);
            let _ = stream.write_all(&record);
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
            heard.lock().unwrap().extend_from_slice(&rest);
        })
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn base(&self) -> String {
        format!("https://{}", self.address)
    }

    /// What came to it, decrypted where it speaks TLS.
    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }
}

/// A request with the body that its head promises; what there was of it when the client goes away.
pub(crate) fn read_request(stream: &mut impl Read) -> Vec<u8> {
    let mut request = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or_default() {
                return request;
            }
        }
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => request.extend_from_slice(buffer.get(..count).unwrap()),
            _ => return request,
        }
    }
}
