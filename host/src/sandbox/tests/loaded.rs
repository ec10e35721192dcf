//! What is loaded and what is refused.

use crate::contract::GuestFault;
use crate::sandbox::{Code, Component, Digest, Sandbox};

use super::guests;

async fn refusal(bytes: Vec<u8>) -> String {
    match Sandbox::new(None).plugin(Component::from_bytes("refused", bytes)).describe().await {
        Err(GuestFault::Load { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_foreign_import_is_refused_by_name() {
    for name in ["wasi:http/outgoing-handler@0.2.0", "evil:net/send@1.0.0", "tickiti:relay/secrets@0.1.0", "plain"] {
        let import = format!("(import \"{name}\" (instance))");
        let reason = refusal(guests::by_hand(&import, "", "", "0.1.0")).await;
        assert!(reason.contains(&format!("it imports {name},")), "{reason}");
    }
}

#[tokio::test]
async fn an_allowed_import_with_functions_that_are_not_there_is_refused() {
    let import = r#"(import "wasi:cli/environment@0.2.0" (instance (export "get-secrets" (func))))"#;
    let reason = refusal(guests::by_hand(import, "", "", "0.1.0")).await;
    assert!(reason.contains("get-secrets"), "{reason}");
}

#[tokio::test]
async fn an_unknown_version_is_refused_with_both_named() {
    for version in ["0.2.0", "0.1.1", "1.0.0"] {
        let reason = refusal(guests::by_hand("", "", "", version)).await;
        assert!(reason.contains(&format!("version {version} ")) && reason.contains("speaks 0.1"), "{reason}");
    }
}

#[tokio::test]
async fn what_is_no_plugin_is_refused() {
    assert!(refusal(wat::parse_str("(component)").expect("text")).await.contains("it is no plugin"));
    assert!(refusal(wat::parse_str("(module)").expect("text")).await.contains("a core module"));
    let inside = r#"(component (component (instance $i) (export "tickiti:relay/tools@0.1.0" (instance $i))))"#;
    assert!(
        refusal(wat::parse_str(inside).expect("text")).await.contains("it is no plugin"),
        "only its own exports count"
    );
}

#[tokio::test]
async fn an_export_of_other_functions_is_refused() {
    let empty = r#"(component (instance $i) (export "tickiti:relay/tools@0.1.0" (instance $i)))"#;
    let reason = refusal(wat::parse_str(empty).expect("text")).await;
    assert!(reason.contains("describe"), "{reason}");
}

#[tokio::test]
async fn an_export_of_other_types_is_refused() {
    let text = include_str!("plugin.wat")
        .replace(r#"(field "at" string) (field "access" $access)"#, r#"(field "at" string) (field "axcess" $access)"#);
    let reason = refusal(guests::by_hand_of(&text, "", "", "", "0.1.0")).await;
    assert!(reason.contains("does not fit the contract that it names") && reason.contains("axcess"), "{reason}");
}

#[tokio::test]
async fn what_is_switched_off_is_refused() {
    let threads = "(memory (export \"m\") 1 1 shared)";
    let memory64 = "(memory (export \"m\") i64 1)";
    let tail_call = "(func $f (return_call $f))";
    let two_memories = "(memory (export \"m\") 1)";
    let gc = "(type $s (struct (field i32)))";
    let exceptions = "(tag $t)";
    for fields in [threads, memory64, tail_call, two_memories, gc, exceptions] {
        let reason = refusal(guests::by_hand("", fields, "", "0.1.0")).await;
        assert!(!reason.is_empty(), "{fields}");
    }
}

#[tokio::test]
async fn garbage_never_panics() {
    let whole = guests::hostile().read().expect("bytes").into_owned();
    for size in [0, 1, 4, 7, 8, 9, 100, 1_000, 10_000, whole.len() / 2, whole.len() - 1] {
        refusal(whole[..size].to_vec()).await;
    }
    refusal(b"no component at all".to_vec()).await;
    refusal(vec![0; 100_000]).await;
    // The text format is for tests only.
    refusal(b"(component)".to_vec()).await;
}

#[tokio::test]
async fn changed_bytes_never_panic() {
    let seed = 0x7469_636b_6974_6921_u64;
    println!("seed {seed:#x}");
    let whole = guests::by_hand("", "(table 1 funcref)", "", "0.1.0");
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits")
    };
    let sandbox = Sandbox::new(None);
    for _ in 0..300 {
        let mut changed = whole.clone();
        for _ in 0..=next() % 3 {
            let at = next() % changed.len();
            changed[at] = (next() % 256) as u8;
        }
        match sandbox.plugin(Component::from_bytes("changed", changed)).describe().await {
            Ok(_) => panic!("it has no answer"),
            Err(GuestFault::Crash { message }) => assert!(!message.contains("relay itself"), "{message}"),
            Err(_) => {}
        }
    }
}

#[tokio::test]
async fn a_file_is_read_when_it_is_needed_and_must_be_the_one_that_was_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plugin.wasm");
    let whole = guests::hostile().read().expect("bytes").into_owned();
    std::fs::write(&path, &whole).expect("written");
    let trusted = Component::new("hostile", Digest::of(&whole), Code::File(path.clone()));
    assert!(Sandbox::new(None).plugin(trusted.clone()).describe().await.is_ok());

    std::fs::write(&path, guests::by_hand("", "", "", "0.1.0")).expect("written");
    let fault = Sandbox::new(None).plugin(trusted.clone()).describe().await.expect_err("another file");
    assert!(fault.to_string().contains("has changed"), "{fault}");

    std::fs::remove_file(&path).expect("removed");
    let fault = Sandbox::new(None).plugin(trusted).describe().await.expect_err("no file");
    assert!(fault.to_string().contains("plugin.wasm"), "{fault}");
}
