//! The types of the plugin contract, generated from `wit/0.1/relay.wit`. What each means stands there.

#[doc(hidden)]
pub mod generated {
    wit_bindgen::generate!({
        path: "../wit/0.1",
        world: "plugin",
        pub_export_macro: true,
        export_macro_name: "export_component",
        additional_derives: [PartialEq, serde::Serialize, serde::Deserialize],
    });
}

pub use generated::export_component;
pub use generated::exports;
pub use generated::exports::tickiti::relay::tools::{
    Access, Answer, Blob, Call, Content, Document, Effect, File, FileArgument, Guest, Held, Manifest, Output, Progress,
    Request, Step, Tool, Turn, Write,
};
