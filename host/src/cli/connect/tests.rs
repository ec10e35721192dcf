use super::edit::EditError;
use super::*;

fn launch() -> Launch {
    Launch {
        command: PathBuf::from("/opt/tickiti-relay"),
        arguments: Vec::new(),
        environment: vec![
            ("TICKITI_API_BASE".into(), "https://support.example.com".into()),
            ("TICKITI_API_TOKEN_FILE".into(), "/home/ann/token".into()),
        ],
    }
}

#[test]
fn connect_adds_the_entry_and_keeps_all_else_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".cursor/mcp.json");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, r#"{"zeta": 1, "mcpServers": {"other": {"command": "x"}}, "alpha": [2]}"#).unwrap();
    let change = connect(Client::Cursor, Some(folder.path()), &launch()).unwrap();
    change.write().unwrap();
    insta::assert_snapshot!(std::fs::read_to_string(&file).unwrap(), @r#"
    {
      "zeta": 1,
      "mcpServers": {
        "other": {
          "command": "x"
        },
        "tickiti": {
          "command": "/opt/tickiti-relay",
          "args": [],
          "env": {
            "TICKITI_API_BASE": "https://support.example.com",
            "TICKITI_API_TOKEN_FILE": "/home/ann/token"
          }
        }
      },
      "alpha": [
        2
      ]
    }
    "#);
}

#[test]
fn undo_puts_the_file_back_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".vscode/mcp.json");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let original = "{ \"servers\" : {\n\n } }";
    std::fs::write(&file, original).unwrap();
    connect(Client::Vscode, Some(folder.path()), &launch()).unwrap().write().unwrap();
    assert_ne!(std::fs::read_to_string(&file).unwrap(), original);
    let change = undo(Client::Vscode, Some(folder.path())).unwrap();
    change.write().unwrap();
    change.forget_copy();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), original);
    assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn undo_takes_away_a_file_that_connect_made() {
    let folder = tempfile::tempdir().unwrap();
    connect(Client::ClaudeCode, Some(folder.path()), &launch()).unwrap().write().unwrap();
    assert!(folder.path().join(".mcp.json").exists());
    undo(Client::ClaudeCode, Some(folder.path())).unwrap().write().unwrap();
    assert!(!folder.path().join(".mcp.json").exists());
}

#[test]
fn undo_keeps_what_was_changed_meanwhile_and_brings_an_earlier_entry_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".mcp.json");
    std::fs::write(&file, r#"{"mcpServers":{"tickiti":{"command":"node"}}}"#).unwrap();
    connect(Client::ClaudeCode, Some(folder.path()), &launch()).unwrap().write().unwrap();
    let changed = std::fs::read_to_string(&file).unwrap().replacen('{', r#"{"mine": true,"#, 1);
    std::fs::write(&file, changed).unwrap();
    undo(Client::ClaudeCode, Some(folder.path())).unwrap().write().unwrap();
    let now: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(now, json!({"mine": true, "mcpServers": {"tickiti": {"command": "node"}}}));
}

#[test]
fn connecting_twice_changes_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    connect(Client::Cursor, Some(folder.path()), &launch()).unwrap().write().unwrap();
    assert!(connect(Client::Cursor, Some(folder.path()), &launch()).unwrap().unchanged);
}

#[test]
fn a_file_with_comments_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".mcp.json");
    std::fs::write(&file, "// mine\n{}").unwrap();
    let error = connect(Client::ClaudeCode, Some(folder.path()), &launch()).unwrap_err();
    assert!(matches!(error, ConnectError::Edit { reason: EditError::NotJson(_), .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "// mine\n{}");
}

/// Many keep such files in a repository of their own, with links to them.
#[cfg(unix)]
#[test]
fn a_link_stays_one_and_what_it_leads_to_is_changed_and_put_back() {
    let (project, dotfiles) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (link, file) = (project.path().join(".mcp.json"), dotfiles.path().join("mcp.json"));
    std::fs::write(&file, "{}").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let change = connect(Client::ClaudeCode, Some(project.path()), &launch()).unwrap();
    change.write().unwrap();
    assert_eq!(change.path, file.canonicalize().unwrap());
    assert!(link.is_symlink() && std::fs::read_to_string(&file).unwrap().contains("/opt/tickiti-relay"));
    let change = undo(Client::ClaudeCode, Some(project.path())).unwrap();
    change.write().unwrap();
    change.forget_copy();
    assert!(link.is_symlink());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}");
    assert_eq!(std::fs::read_dir(dotfiles.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_place_that_is_not_there_is_told_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("prject");
    let dead = folder.path().join(".mcp.json");
    std::os::unix::fs::symlink(folder.path().join("gone.json"), &dead).unwrap();
    let said = [
        connect(Client::Cursor, Some(&nowhere), &launch()).unwrap_err(),
        undo(Client::Cursor, Some(&nowhere)).unwrap_err(),
        connect(Client::ClaudeCode, Some(folder.path()), &launch()).unwrap_err(),
    ];
    let said: Vec<String> = said.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n").replace(&folder.path().display().to_string(), "FOLDER"));
    assert!(!nowhere.exists() && dead.is_symlink());
}

#[test]
fn how_the_relay_is_started_stands_in_the_entry() {
    let launch = Launch { arguments: vec!["--confirm".into(), "write".into(), "--read-only".into()], ..launch() };
    assert_eq!(entry(Client::Cursor, &launch)["args"], json!(["--confirm", "write", "--read-only"]));
}
