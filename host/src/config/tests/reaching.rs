//! Proxy and certificate authority.

use insta::assert_snapshot;

use super::*;

/// A certificate that signs itself, valid until 2126.
const CERTIFICATE: &str = include_str!("authority.pem");

fn proxy(address: &str) -> Result<String, ProxyProblem> {
    ProxyAddress::parse(address).map(|proxy| proxy.to_string())
}

#[test]
fn a_proxy_is_an_address_and_a_port() {
    assert_eq!(proxy("http://proxy.example:3128").unwrap(), "http://proxy.example:3128");
    assert_eq!(proxy("HTTPS://Proxy.example/").unwrap(), "https://proxy.example");
    for (address, problem) in [
        ("proxy.example", ProxyProblem::NotAnAddress),
        ("http://", ProxyProblem::NotAnAddress),
        ("http:proxy.example", ProxyProblem::NotAnAddress),
        ("http:///proxy.example", ProxyProblem::NotAnAddress),
        ("http://proxy example", ProxyProblem::NotAnAddress),
        ("http://a.example\\@b.example", ProxyProblem::NotAnAddress),
        ("proxy.example:3128", ProxyProblem::Scheme),
        ("socks5://proxy.example:1080", ProxyProblem::Scheme),
        ("http://proxy.example/x", ProxyProblem::Path),
        ("http://proxy.example?x", ProxyProblem::Path),
        ("http://proxy.example/#x", ProxyProblem::Path),
    ] {
        assert_eq!(proxy(address).err(), Some(problem), "{address}");
    }
    assert_snapshot!(wrong(&[("TICKITI_RELAY_PROXY", "proxy.example:3128")]), @"TICKITI_RELAY_PROXY must begin with http:// or https://: no other sort of proxy is used");
    assert_eq!(with(&[("TICKITI_RELAY_PROXY", " ")]).unwrap().connection.proxy, None);
}

#[test]
fn name_and_password_of_a_proxy_are_never_shown() {
    let config = with(&[("TICKITI_RELAY_PROXY", "http://anna:CANARY@proxy.example:3128")]).unwrap();
    let proxy = config.connection.proxy.clone().unwrap();
    assert!(proxy.has_credentials() && proxy.url().password() == Some("CANARY"));
    let shown = format!("{config:?} {config:#?} {proxy} {proxy:?}");
    assert!(shown.contains("http://proxy.example:3128") && !shown.contains("CANARY") && !shown.contains("anna:"));
    for wrong_one in ["http://anna:CANARY@proxy.example/x", "socks5://anna:CANARY@proxy.example", "http://anna:CANARY@"]
    {
        let line = wrong(&[("TICKITI_RELAY_PROXY", wrong_one)]);
        assert!(line.contains("TICKITI_RELAY_PROXY") && !line.contains("CANARY"), "{line}");
    }
    assert!(!ProxyAddress::parse("http://proxy.example").unwrap().has_credentials());
}

#[test]
fn plain_http_through_another_computer_needs_leave() {
    let env = |base: &'static str, proxy: &'static str, more: &[(&str, &str)]| {
        Config::from_env(&env(&[
            &[("TICKITI_API_BASE", base), ("TICKITI_API_TOKEN", "t"), ("TICKITI_RELAY_PROXY", proxy)],
            more,
        ]
        .concat()))
        .map_err(|errors| errors.to_string())
    };
    let (here, there) = ("http://127.0.0.1:3128", "http://10.0.0.1:3128");
    assert!(env("https://a.example", there, &[]).is_ok());
    assert!(env("http://localhost:8080", here, &[]).is_ok());
    for proxy in [there, "https://10.0.0.1"] {
        assert!(env("http://localhost:8080", proxy, &[("TICKITI_RELAY_ALLOW_HTTP", "1")]).is_ok());
        assert!(env("http://localhost:8080", proxy, &[]).is_err());
    }
    assert_snapshot!(env("http://localhost:8080", there, &[]).unwrap_err(), @"TICKITI_RELAY_PROXY cannot be used with an address that begins with http://: the proxy, and anyone on the way to it, can read the token (TICKITI_RELAY_ALLOW_HTTP=1 allows it)");
}

#[cfg(unix)]
#[test]
fn an_authority_is_a_file_of_certificates() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    let read = |content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        with(&[("TICKITI_RELAY_CA", path.to_str().unwrap())])
            .map(|config| config.connection.authority.unwrap().certificates().len())
            .map_err(|errors| match errors.0.as_slice() {
                [ConfigProblem::Authority { problem }] => *problem,
                other => panic!("{other:?}"),
            })
    };
    std::fs::write(&path, "").unwrap();
    mode(0o644);
    assert_eq!(read(CERTIFICATE.as_bytes()), Ok(1));
    let two = format!("Subject: company\n{CERTIFICATE}\n# another\n{CERTIFICATE}");
    assert_eq!(read(two.as_bytes()), Ok(2));

    let filled = |bytes: u64| format!("{CERTIFICATE}{}", "#".repeat(bytes as usize - CERTIFICATE.len()));
    assert_eq!(read(filled(crate::limits::CA_FILE_BYTES).as_bytes()), Ok(1));
    assert_eq!(read(filled(crate::limits::CA_FILE_BYTES + 1).as_bytes()), Err(AuthorityProblem::TooLarge));

    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for without in ["", "no certificate", key] {
        assert_eq!(read(without.as_bytes()), Err(AuthorityProblem::Empty), "{without}");
    }
    // Cut, not base64, base64 of something else, the binary form.
    let cut: String = CERTIFICATE.lines().filter(|line| !line.starts_with("-----END")).collect::<Vec<_>>().join("\n");
    let letters = CERTIFICATE.replacen("MII", "M!!", 1);
    let other = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    for damaged in [cut, letters, other.to_owned(), format!("{CERTIFICATE}{other}")] {
        assert_eq!(read(damaged.as_bytes()), Err(AuthorityProblem::Damaged), "{damaged}");
    }
    assert_eq!(read(&[0x30, 0x82, 0xff, 0xfe]), Err(AuthorityProblem::Empty));

    for open in [0o664, 0o646, 0o666] {
        mode(open);
        assert_eq!(read(CERTIFICATE.as_bytes()), Err(AuthorityProblem::Open), "{open:o}");
    }
    let problem = |path: &std::path::Path| Authority::read(path).unwrap_err();
    assert_eq!(problem(folder.path()), AuthorityProblem::NotAFile);
    assert_eq!(problem(&folder.path().join("absent")), AuthorityProblem::NoFile);
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(problem(&pipe), AuthorityProblem::NotAFile);
}

#[test]
fn an_authority_is_told_in_words() {
    assert_snapshot!(wrong(&[("TICKITI_RELAY_CA", "ca.pem")]), @"TICKITI_RELAY_CA must be an absolute path, written out without `~`, not `ca.pem`");
    assert_snapshot!(wrong(&[("TICKITI_RELAY_CA", "/absent/ca.pem")]), @"TICKITI_RELAY_CA names a file that does not exist");
    assert_eq!(with(&[("TICKITI_RELAY_CA", "")]).unwrap().connection.authority, None);
}
