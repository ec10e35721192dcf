//! What is read, and what it must be.

use super::*;

#[test]
fn a_file_is_found_beneath_the_allowed_folders_in_their_order() {
    let world = World::new();
    world.write("forms/both.txt", "forms");
    world.write("forms/only.txt", "only");
    world.write("desk/both.txt", "desk");
    world.write("desk/sub/größe.txt", "deep");
    let files = world.files();
    let text = |path: &str| files.read(path, Access::Text).unwrap().text.unwrap();
    assert_eq!(text("both.txt"), "desk");
    assert_eq!(text("only.txt"), "only");
    assert_eq!(text("sub/größe.txt"), "deep");
    assert_eq!(text(&world.text("forms/both.txt")), "forms");
    let file = files.read("sub/größe.txt", Access::Bytes).unwrap();
    assert_eq!((file.name.as_str(), file.size, file.media_type, file.text), ("größe.txt", 4, "text/plain", None));
}

#[test]
fn without_an_allowed_folder_nothing_is_read_and_the_text_names_the_setting() {
    let world = World::new();
    let files = world.files_with(&[]);
    for path in ["a.txt", "/etc/passwd", &world.text("state/files/a.txt")] {
        let refusal = files.read(path, Access::Text).unwrap_err();
        assert!(matches!(refusal, FileRefusal::NothingReadable { .. }));
        assert!(refusal.to_string().contains("TICKITI_RELAY_FILES=/folder"), "{refusal}");
    }
}

#[test]
fn what_was_saved_is_not_read_unless_its_folder_is_allowed() {
    let world = World::new();
    let saved = world.files().save("a.txt", b"saved").unwrap();
    let path = saved.path.to_str().unwrap();
    assert!(matches!(world.files().read(path, Access::Text), Err(FileRefusal::Outside { .. })));
    let allowed = world.files_with(&[("state/files", false)]);
    assert_eq!(allowed.read(path, Access::Text).unwrap().text.unwrap(), "saved");
}

#[test]
fn a_file_has_the_size_that_its_use_allows() {
    let world = World::new();
    let files = world.files();
    for (access, limit) in [(Access::Text, limits::TEXT_FILE_BYTES), (Access::Bytes, limits::FILE_BYTES)] {
        world.write("desk/a.txt", vec![b'x'; limit]);
        assert_eq!(files.read("a.txt", access).unwrap().size, limit as u64);
        world.write("desk/a.txt", vec![b'x'; limit + 1]);
        assert!(
            matches!(files.read("a.txt", access), Err(FileRefusal::TooLarge { limit: told, .. }) if told == limit as u64)
        );
    }
    let sparse = std::fs::File::create(world.path("desk/b.bin")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    assert!(matches!(files.read("b.bin", Access::Bytes), Err(FileRefusal::TooLarge { .. })));
}

#[test]
fn a_file_that_grows_while_it_is_read_is_not_read_on() {
    assert_eq!(read_at_most(&b"12345"[..], 5).unwrap().unwrap(), b"12345");
    assert_eq!(read_at_most(&b"123456"[..], 5).unwrap(), None);
    assert_eq!(read_at_most(std::io::repeat(b'x'), 5).unwrap(), None);
}

#[test]
fn text_is_utf8_and_loses_its_byte_order_mark() {
    let world = World::new();
    let files = world.files();
    let read = |content: &[u8]| {
        world.write("desk/a.md", content);
        files.read("a.md", Access::Text)
    };
    let marked = read(b"\xef\xbb\xbfgr\xc3\xbc\xc3\x9fe\r\n").unwrap();
    assert_eq!(marked.text.unwrap(), "grüße\r\n");
    assert_eq!((marked.size, marked.bytes.len(), marked.media_type), (12, 12, "text/markdown"));
    assert_eq!(read(b"").unwrap().text.unwrap(), "");
    for (content, words) in [(&b"\xff\xfea\0"[..], "UTF-16"), (b"a\xff", "not UTF-8"), (b"a\0b", "zero bytes")] {
        let refusal = read(content).unwrap_err();
        assert!(matches!(refusal, FileRefusal::NotText { .. }) && refusal.to_string().contains(words), "{refusal}");
    }
}

#[test]
fn an_images_bytes_are_what_its_name_says() {
    let world = World::new();
    let files = world.files();
    let samples = sniff::tests::samples();
    for (kind, extension, _) in &samples {
        let name = format!("a.{extension}");
        for (other, _, bytes) in &samples {
            world.write(&format!("desk/{name}"), bytes);
            match files.read(&name, Access::Image) {
                Ok(file) => assert!(kind == other && file.media_type == kind.media_type(), "{kind:?} {other:?}"),
                Err(refusal) => {
                    assert!(kind != other && matches!(refusal, FileRefusal::NotThatImage { .. }), "{refusal}");
                }
            }
            // As an attachment it may be anything.
            assert_eq!(files.read(&name, Access::Bytes).unwrap().bytes, bytes);
        }
        world.write(&format!("desk/{name}"), "root:x:0:0");
        assert!(files.read(&name, Access::Image).unwrap_err().to_string().contains("no image"));
    }
    world.write("desk/a.txt", &samples[0].2);
    assert!(matches!(files.read("a.txt", Access::Image), Err(FileRefusal::NotAnImageName { .. })));
}

#[test]
fn a_folder_that_cannot_be_used_is_named_with_the_setting() {
    let world = World::new();
    world.write("desk/a.txt", "a");
    let files = world.files_with(&[("absent", true), ("desk/a.txt", false), ("desk", true)]);
    let problems: Vec<_> = files.check().into_iter().map(|refusal| refusal.problem).collect();
    assert_eq!(problems, [RootProblem::Missing, RootProblem::NotAFolder]);
    let refusal = files.read("a.txt", Access::Text).unwrap_err().to_string();
    assert!(refusal.contains("TICKITI_RELAY_FILES") && refusal.contains("absent"), "{refusal}");
    assert_eq!(files.read(&world.text("desk/sub/../a.txt"), Access::Text).unwrap_err().to_string().lines().count(), 1);
}

#[test]
fn an_output_argument_is_not_read() {
    let world = World::new();
    world.write("desk/a.txt", "a");
    assert!(matches!(world.files().read("a.txt", Access::Output), Err(FileRefusal::NotForReading { .. })));
}

#[test]
fn folders_refused_by_name_are_refused_at_the_start() {
    let world = World::new();
    let mut rules = world.rules(&[("desk", true)]);
    for path in ["/", "/home/anna", "/root", "desk"] {
        rules.roots.push(Root { path: path.into(), writable: true });
    }
    let refused = Files::new(rules).unwrap_err();
    assert_eq!(refused.len(), 4);
    assert!(
        refused
            .iter()
            .all(|refusal| refusal.to_string().contains("such as") || refusal.to_string().contains("absolute"))
    );
}
