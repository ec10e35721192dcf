//! The invented company whose helpdesk this is: Kestrel Outdoor, tents and cargo bikes. Who works there, which queues,
//! teams, templates and views it has. Families share these rows.

use serde_json::{Value, json};

use crate::collection::row;
use crate::families::Family;
use crate::reply::Style;
use crate::world::World;

/// No routes of its own: only the rows.
pub(crate) const FAMILY: Family = Family { name: "company", style: Style::PassThrough, seed, entries: &[] };

fn seed(world: &mut World) {
    add(world, "users", people());
    add(world, "queues", queues());
    add(world, "teams", teams());
    add(world, "resolutions", resolutions());
    add(world, "templates", templates());
    add(world, "interventions", interventions());
    add(world, "perspectives", perspectives());
    add(world, "hashtags", json!([{"tag": "recall-26"}, {"tag": "vip"}, {"tag": "warranty"}]));
    let lists = json!([{"name": "Recall 26", "icon": "flag", "shared": true, "ticket_ids": ["3", "9"]}]);
    add(world, "watchlists", lists);
}

fn add(world: &mut World, name: &'static str, rows: Value) {
    if let Value::Array(rows) = rows {
        for value in rows {
            world.rows_mut(name).add(row(value));
        }
    }
}

fn people() -> Value {
    let person = |name: &str, email: &str, is_staff: bool, is_admin: bool| {
        json!({
            "name": name, "email": email, "is_staff": is_staff, "is_admin": is_admin,
            "is_sysadmin": name == "System", "is_superuser": name == "System", "is_api_user": name == "System", "tonic_notifications": false, "created_at": "2024-03-01T09:00:00+00:00",
        })
    };
    let staff = [
        ("System", "system@kestrel.example", true),
        ("Marta Kowalska", "marta.kowalska@kestrel.example", true),
        ("Priya Nair", "priya.nair@kestrel.example", false),
        ("Tom Becker", "tom.becker@kestrel.example", false),
        ("Jonas Lind", "jonas.lind@kestrel.example", false),
        ("Aisha Rahman", "aisha.rahman@kestrel.example", false),
    ];
    let customers = [
        ("Ines Duarte", "ines.duarte@harborlight.example"),
        ("Graham Oakley", "g.oakley@oakleyfarm.example"),
        ("Yuki Tanabe", "yuki@tanabe-design.example"),
        ("Lena Vogt", "lena.vogt@posteo.example"),
        ("Samuel Okafor", "sam.okafor@delta-couriers.example"),
        ("Chiara Fontana", "chiara@fontana-viaggi.example"),
        ("Henrik Solberg", "henrik.solberg@fjellsport.example"),
        ("Nadia Haddad", "nadia.haddad@cedarschool.example"),
        ("Pat Murphy", "pat.murphy@mail.example"),
        ("Wei Zhang", "wei.zhang@brightgrid.example"),
        ("Olga Petrova", "olga.petrova@inbox.example"),
        ("Mateo Ruiz", "mateo@ruizyhijos.example"),
    ];
    let staff = staff.into_iter().map(|(name, email, is_admin)| person(name, email, true, is_admin));
    staff.chain(customers.into_iter().map(|(name, email)| person(name, email, false, false))).collect()
}

fn queues() -> Value {
    let queue = |name: &str, tracks: bool, routes_to: Option<u64>| {
        json!({
            "name": name, "is_default": name == "Inbox", "track_resolutions": tracks, "outgoing_mailbox_id": "1",
            "routes_to": routes_to,
        })
    };
    json!([
        queue("Inbox", false, None),
        queue("Support", false, None),
        queue("Billing", true, None),
        queue("Workshop", false, None),
        queue("Old webshop", false, Some(2)),
    ])
}

fn teams() -> Value {
    json!([
        {"name": "First line", "members": ["priya.nair@kestrel.example", "tom.becker@kestrel.example"]},
        {"name": "Money", "members": ["marta.kowalska@kestrel.example", "jonas.lind@kestrel.example"]},
    ])
}

fn resolutions() -> Value {
    let category = |name: &str, colour: &str, selectable: bool| json!({"name": name, "colour": colour, "selectable": selectable, "is_enabled": true});
    json!([
        category("Solved", "#2e7d32", true),
        category("Refunded", "#1565c0", true),
        category("Replaced", "#6a1b9a", true),
        category("No answer", "#757575", true),
        category("Imported", "#bdbdbd", false),
    ])
}

fn templates() -> Value {
    let template = |kind: &str, identifier: &str, subject: &str, content: &str| {
        json!({
            "type": kind, "identifier": identifier, "subject": subject, "title": subject, "content": content,
            "category": "", "subcategory": "", "keywords": "", "notes": "", "is_enabled": true,
            "ai_relevance": if kind == "stock-response" { "as_is" } else { "reference" },
            "updated_at": "2026-05-04T10:00:00+00:00",
        })
    };
    json!([
        template(
            "email",
            "delivery_delay",
            "Your order {{order}} is late",
            "<p>Hello {{name}},</p><p>your order {{order}} left our warehouse later than we promised. We expect it on \
             {{date}}.</p><p>Kestrel Outdoor</p>",
        ),
        template(
            "email",
            "password_reset",
            "Reset your password",
            "<p>Hello {{name}},</p><p><a href=\"{{link}}\">Choose a new password</a>. The link works for an hour.</p>",
        ),
        template(
            "notification",
            "ticket_changed",
            "[{{ticket_number}}] {{subject}}",
            "<p>There is an answer to your ticket {{ticket_number}}.</p><p>{{preview}}</p>",
        ),
        template(
            "faq",
            "faq_pole_repair",
            "Can a tent pole be repaired?",
            "<p>Yes. Slide the repair sleeve over the break and tape both ends; a new segment is sent free of charge within \
             the warranty.</p>",
        ),
        template(
            "faq",
            "faq_battery_cold",
            "How does the battery behave in the cold?",
            "<p>Below 5 °C the range drops by a fifth. Keep the battery indoors overnight.</p>",
        ),
        template(
            "stock-response",
            "ask_serial",
            "Ask for the serial number",
            "<p>Please send us the serial number. It is on the sticker beneath the bottom bracket.</p>",
        ),
        template(
            "stock-response",
            "refund_done",
            "Refund is on its way",
            "<p>We have sent the refund today. Your bank shows it within three working days.</p>",
        ),
        template(
            "intervention",
            "battery_alarm.private",
            "Battery alarm on {{bike}}",
            "<p>Cell temperature {{temperature}} °C on bike {{bike}}, firmware {{firmware}}.</p>",
        ),
        template(
            "intervention",
            "battery_alarm.public",
            "Battery alarm on {{bike}}",
            "<p>Please stop charging bike {{bike}} and store the battery in a cool, dry place. We call you today.</p>",
        ),
        template(
            "intervention",
            "battery_alarm.final",
            "Battery alarm on {{bike}}",
            "<p>The alarm on bike {{bike}} is settled. You can charge the battery again.</p>",
        ),
    ])
}

fn interventions() -> Value {
    json!([{
        "name": "battery_alarm", "title": "Battery alarm", "queue_name": "Workshop", "notify_inbox_managers": true,
        "create_urgent": true, "remote_enabled": true, "remote_timeout_seconds": 30,
    }])
}

fn perspectives() -> Value {
    let view = |name: &str, built_in: bool, conditions: Value, orders: Value| {
        json!({
            "name": name, "is_built_in": built_in, "shared": true, "show_in_crm": false,
            "owner_email": if built_in { Value::Null } else { json!("marta.kowalska@kestrel.example") },
            "conditions": conditions, "orders": orders,
        })
    };
    let condition =
        |field: &str, operator: &str, value: &str| json!({"field": field, "operator": operator, "value": value});
    json!([
        view("All", true, json!([]), json!([])),
        view("For my attention", true, json!([condition("for_attention", "is", "true")]), json!([])),
        view("Inbox", true, json!([condition("queue", "is", "Inbox")]), json!([])),
        view(
            "Urgent and open",
            false,
            json!([condition("priority", "is", "Urgent"), condition("status", "is", "open")]),
            json!([{"field": "created_at", "ascending": true}]),
        ),
        view(
            "Billing, not closed",
            false,
            json!([condition("queue", "is", "Billing"), condition("status", "is not", "closed")]),
            json!([{"field": "updated_at", "ascending": false}]),
        ),
    ])
}
