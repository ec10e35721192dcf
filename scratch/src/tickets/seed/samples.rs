//! Files that hang on the first tickets: a small one of each sort, one that is blocked, one to review, one too large to be
//! sent at once.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::effects::sha256;
use crate::tickets::write::FileRef;
use crate::world::World;

/// A dot of a picture, as mail programs put screenshots into bodies.
pub(super) const SCREENSHOT: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8,
    6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xfc, 0xcf, 0xc0,
    0xf0, 0x1f, 0, 0x05, 0x05, 0x02, 0, 0x5f, 0xc8, 0xf1, 0xd2, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60,
    0x82,
];

const PDF: &str = "%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 120]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 58>>stream
BT /F 14 Tf 20 60 Td (Kestrel Outdoor, invoice 2026-1107) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
";

const LOG: &str = "2026-10-30 06:12:04 bms: cell 7 41.2 C\n2026-10-30 06:12:34 bms: cell 7 44.9 C\n\
                   2026-10-30 06:13:04 bms: cell 7 52.6 C WARN\n2026-10-30 06:13:09 bms: charging stopped\n";

/// More than may be sent at once (25 MiB), so that it has to be read in ranges.
const LARGE: usize = 26 * 1024 * 1024 + 4321;

/// Puts a sample into the store and hands out what an attachment needs of it.
pub(super) fn file(world: &mut World, name: &str) -> FileRef {
    let bytes: Bytes = match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "png" => Bytes::from_static(PNG),
        "pdf" => Bytes::from_static(PDF.as_bytes()),
        "txt" | "log" => Bytes::from_static(LOG.as_bytes()),
        "csv" => Bytes::from_static(b"date;order;amount\n2026-10-02;K-20771;249.00\n2026-10-02;K-20771;249.00\n"),
        "exe" => Bytes::from_static(b"MZ\x90\x00\x03\x00\x00\x00 not a program, a stand-in for one"),
        "har" => Bytes::from_static(
            br#"{"log":{"version":"1.2","entries":[{"request":{"url":"https://shop.kestrel.example/cart"}}]}}"#,
        ),
        "zip" => {
            let (bytes, digest) = large();
            world.blobs.entry(digest.clone()).or_insert_with(|| bytes.clone());
            return FileRef { name: name.to_owned(), sha256: digest.clone() };
        }
        _ => Bytes::new(),
    };
    world.file(name, bytes)
}

/// Made once a process: digesting it is the dearest part of a start.
fn large() -> &'static (Bytes, String) {
    static MADE: OnceLock<(Bytes, String)> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut bytes = Vec::with_capacity(LARGE);
        bytes.extend_from_slice(b"PK\x03\x04");
        let mut state: u32 = 0x2f6e_2b1d;
        while bytes.len() < LARGE {
            // A xorshift: the same noise in every run, and no range equal to another.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            bytes.extend_from_slice(&state.to_le_bytes());
        }
        bytes.truncate(LARGE);
        let digest = sha256(&bytes);
        (bytes.into(), digest)
    })
}
