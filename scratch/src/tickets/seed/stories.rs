//! What happened at Kestrel Outdoor in October 2026.

use super::{End, Kind, Message, Story};
use crate::tickets::model::Priority;

/// All stories, the oldest first.
pub(super) const ALL: &[Story] = &[
    Story { hours_ago: 700, from: "ines.duarte@harborlight.example", subject: "Tent pole broke on the first night", queue: "Support", priority: Priority::Normal, end: End::Closed, assigned: Some("priya.nair@kestrel.example"), thread: &[
        Message { after: 0, from: "ines.duarte@harborlight.example", kind: Kind::Mail, html: "<p>Hello,</p><p>the pole of our Kestrel Dome 4 broke at the second joint on its first night, in hardly any wind. The order number is K-20418. Photo attached.</p><p>Best wishes<br>Ines Duarte</p>", files: &["pole-joint.png"] },
        Message { after: 95, from: "priya.nair@kestrel.example", kind: Kind::Reply, html: "<p>Hello Ines,</p><p>I am sorry about that night. A joint must not break there, and you are well within the warranty. Could you tell me the batch number? It is printed on the sleeve of the longest pole.</p><p>Priya, Kestrel Outdoor</p>", files: &[] },
        Message { after: 240, from: "ines.duarte@harborlight.example", kind: Kind::Mail, html: r#"<p>It says B26-0412.</p><p>Ines</p><blockquote type="cite"><p>On 4 October 2026, Priya Nair wrote:</p><p>Hello Ines,</p><p>I am sorry about that night. A joint must not break there, and you are well within the warranty. Could you tell me the batch number? It is printed on the sleeve of the longest pole.</p><p>Priya, Kestrel Outdoor</p><blockquote type="cite"><p>On 4 October 2026, Ines Duarte wrote:</p><p>Hello,</p><p>the pole of our Kestrel Dome 4 broke at the second joint on its first night, in hardly any wind. The order number is K-20418. Photo attached.</p><p>Best wishes<br>Ines Duarte</p></blockquote></blockquote>"#, files: &[] },
        Message { after: 30, from: "priya.nair@kestrel.example", kind: Kind::Note, html: "<p>Batch B26-0412 is the one from the #recall-26 list. Replace the whole set, not the segment.</p>", files: &[] },
        Message { after: 12, from: "priya.nair@kestrel.example", kind: Kind::Reply, html: "<p>Thank you. That batch had a fault in the sleeve, so we are sending a whole new set of poles today, free of charge. You need not send the old ones back.</p><p>Priya</p>", files: &[] },
        Message { after: 2900, from: "ines.duarte@harborlight.example", kind: Kind::Mail, html: r#"<p>They came this morning and fit. Thank you for being so quick!</p><blockquote type="cite"><p>On 5 October 2026, Priya Nair wrote:</p><p>Thank you. That batch had a fault in the sleeve…</p></blockquote>"#, files: &[] },
    ] },
    Story { hours_ago: 610, from: "g.oakley@oakleyfarm.example", subject: "Charged twice for order K-20771", queue: "Billing", priority: Priority::High, end: End::Resolved(2), assigned: Some("jonas.lind@kestrel.example"), thread: &[
        Message { after: 0, from: "g.oakley@oakleyfarm.example", kind: Kind::Mail, html: "<p>You have taken £249 twice on 2 October for one trailer. My bank statement is attached. I would like one of the two back, please, and soon.</p><p>G. Oakley</p>", files: &["statement.csv"] },
        Message { after: 60, from: "jonas.lind@kestrel.example", kind: Kind::Note, html: "<p>Confirmed: the payment page was sent twice, two captures, one order. Refund the second.</p>", files: &[] },
        Message { after: 25, from: "jonas.lind@kestrel.example", kind: Kind::Reply, html: "<p>Dear Mr Oakley,</p><p>you are right, and I apologise: the second payment should never have been taken. £249.00 went back to your card a minute ago. Banks take up to three working days to show it.</p><p>Jonas Lind</p>", files: &["credit-note-2026-1107.pdf"] },
        Message { after: 4300, from: "g.oakley@oakleyfarm.example", kind: Kind::Mail, html: "<p>Arrived. Thank you.</p>", files: &[] },
    ] },
    Story { hours_ago: 400, from: "sam.okafor@delta-couriers.example", subject: "Battery of bike 14 gets very hot while charging", queue: "Workshop", priority: Priority::Urgent, end: End::Open, assigned: Some("aisha.rahman@kestrel.example"), thread: &[
        Message { after: 0, from: "sam.okafor@delta-couriers.example", kind: Kind::Mail, html: "<p>Hi, one of our six cargo bikes (number 14, serial CB-77120) gets too hot to touch near the battery after about twenty minutes on the charger. We have taken it out of service. The log from the display is attached.</p><p>Sam Okafor, Delta Couriers</p>", files: &["bms-2026-10-30.log", "bms-2026-10-30.txt"] },
        Message { after: 20, from: "aisha.rahman@kestrel.example", kind: Kind::Pinned, html: "<p>Safety case. Do not tell the customer to try again. Call before writing: +44 20 7946 0018 (Sam, until 18:00).</p>", files: &[] },
        Message { after: 15, from: "aisha.rahman@kestrel.example", kind: Kind::Reply, html: "<p>Hello Sam,</p><p>thank you for taking it out of service, that was right. Please do not charge that battery again, and keep it outside or in a room where nobody sleeps. I will ring you within the hour.</p><p>Aisha, workshop</p>", files: &[] },
        Message { after: 90, from: "aisha.rahman@kestrel.example", kind: Kind::Note, html: "<p>Spoke to Sam. Firmware 2.1.4, same as in the October notice. Battery to be collected on Tuesday. @marta we should look at the others of the fleet #recall-26</p>", files: &[] },
        Message { after: 1500, from: "sam.okafor@delta-couriers.example", kind: Kind::Mail, html: r#"<p>Collected just now. When can we have a replacement? We are losing about forty deliveries a day.</p><blockquote type="cite"><p>On 30 October 2026, Aisha Rahman wrote:</p><p>Thank you for taking it out of service, that was right. Please do not charge that battery again…</p></blockquote>"#, files: &[] },
    ] },
    Story { hours_ago: 390, from: "yuki@tanabe-design.example", subject: "Invoice with our VAT number", queue: "Billing", priority: Priority::Low, end: End::Resolved(1), assigned: Some("jonas.lind@kestrel.example"), thread: &[
        Message { after: 0, from: "yuki@tanabe-design.example", kind: Kind::Mail, html: "<p>Could we have invoice 2026-1098 again with our VAT number DE 811 907 980? Our accountant insists.</p><p>Yuki Tanabe</p>", files: &[] },
        Message { after: 180, from: "jonas.lind@kestrel.example", kind: Kind::Reply, html: "<p>Hello Yuki, here it is. The number is stored now and will be on all later invoices.</p><p>Jonas</p>", files: &["invoice-2026-1107.pdf"] },
    ] },
    Story { hours_ago: 372, from: "lena.vogt@posteo.example", subject: "How do I wash the sleeping bag?", queue: "Support", priority: Priority::Low, end: End::Closed, assigned: Some("tom.becker@kestrel.example"), thread: &[
        Message { after: 0, from: "lena.vogt@posteo.example", kind: Kind::Mail, html: "<p>Guten Tag, can the Merlin 3 go into the washing machine? The label has come off.</p><p>Lena Vogt</p>", files: &[] },
        Message { after: 45, from: "tom.becker@kestrel.example", kind: Kind::Reply, html: "<p>Hello Lena,</p><p>yes: 30 °C, down detergent, no softener, and then two or three rounds in the dryer at low heat with a tennis ball. It takes longer than one thinks.</p><p>Tom</p>", files: &[] },
        Message { after: 600, from: "lena.vogt@posteo.example", kind: Kind::Mail, html: "<p>Wonderful, danke!</p>", files: &[] },
    ] },
    Story { hours_ago: 340, from: "chiara@fontana-viaggi.example", subject: "Group order for 24 rucksacks", queue: "Inbox", priority: Priority::Normal, end: End::OnHold("2026-11-16"), assigned: Some("marta.kowalska@kestrel.example"), thread: &[
        Message { after: 0, from: "chiara@fontana-viaggi.example", kind: Kind::Mail, html: "<p>Dear team,</p><p>for our spring walks we need 24 rucksacks of 38 litres, in two colours, delivered to Bologna by the end of February. Is there a price for groups? A list of sizes is attached.</p><p>Chiara Fontana</p>", files: &["sizes.csv"] },
        Message { after: 300, from: "marta.kowalska@kestrel.example", kind: Kind::Reply, html: "<p>Dear Chiara,</p><p>with pleasure. From 20 pieces on it is 15 % less, and delivery to Bologna is free. I will send you the offer once the spring stock is counted, in the middle of November.</p><p>Marta Kowalska</p>", files: &[] },
        Message { after: 5, from: "marta.kowalska@kestrel.example", kind: Kind::Note, html: "<p>Stock count is on the 14th. On hold until the 16th.</p>", files: &[] },
    ] },
    Story { hours_ago: 320, from: "pat.murphy@mail.example", subject: "cannot log in!!", queue: "Inbox", priority: Priority::Normal, end: End::Closed, assigned: Some("tom.becker@kestrel.example"), thread: &[
        Message { after: 0, from: "pat.murphy@mail.example", kind: Kind::Mail, html: r#"<p>hi i changed my email and now the shop says my account dont exist?? picture: <img alt="screenshot" src="{{screenshot}}"> pls help</p>"#, files: &[] },
        Message { after: 35, from: "tom.becker@kestrel.example", kind: Kind::Reply, html: "<p>Hi Pat, I have moved your account to the new address. Please choose a new password with the link that you have just been sent.</p><p>Tom</p>", files: &[] },
        Message { after: 15, from: "pat.murphy@mail.example", kind: Kind::Mail, html: r#"<p>works. ta</p><div class="gmail_quote">On Mon 19 Oct 2026 Tom Becker wrote:<blockquote>Hi Pat, I have moved your account to the new address.</blockquote></div>"#, files: &[] },
    ] },
    Story { hours_ago: 300, from: "henrik.solberg@fjellsport.example", subject: "Wholesale: 3 of 40 stoves arrived without regulators", queue: "Support", priority: Priority::High, end: End::Open, assigned: Some("team:1"), thread: &[
        Message { after: 0, from: "henrik.solberg@fjellsport.example", kind: Kind::Mail, html: "<p>Hello,</p><p>of the delivery of 21 October (WH-3310) three stoves came without the regulator. Serial numbers 88012, 88019 and 88020. We cannot sell them like this. Please send three regulators to our shop in Trondheim.</p><p>Henrik Solberg, Fjellsport AS</p>", files: &["delivery-note.pdf"] },
        Message { after: 1400, from: "tom.becker@kestrel.example", kind: Kind::Reply, html: "<p>Hello Henrik,</p><p>sorry for that. The regulators go out tomorrow by express; the number of the parcel follows.</p><p>Tom Becker</p>", files: &[] },
        Message { after: 4100, from: "henrik.solberg@fjellsport.example", kind: Kind::Mail, html: r#"<p>Nothing has come so far, and there was no parcel number either. We have two customers waiting.</p><blockquote type="cite"><p>On 22 October 2026, Tom Becker wrote:</p><p>Hello Henrik, sorry for that. The regulators go out tomorrow by express; the number of the parcel follows.</p></blockquote>"#, files: &[] },
    ] },
    Story { hours_ago: 280, from: "wei.zhang@brightgrid.example", subject: "Question about firmware 2.1.4 and the October notice", queue: "Workshop", priority: Priority::High, end: End::Open, assigned: Some("aisha.rahman@kestrel.example"), thread: &[
        Message { after: 0, from: "wei.zhang@brightgrid.example", kind: Kind::Mail, html: "<p>We run eleven of your cargo bikes at our sites. Your notice of 12 October says that firmware 2.1.4 may report wrong cell temperatures. Five of ours show 2.1.4. May we go on charging them? #recall-26</p><p>Wei Zhang, BrightGrid</p>", files: &[] },
        Message { after: 120, from: "aisha.rahman@kestrel.example", kind: Kind::Reply, html: "<p>Dear Wei,</p><p>please charge them under supervision only, and not overnight, until they have 2.1.6. Our technician can update all five at your site on 4 November. Would the morning suit you?</p><p>Aisha Rahman</p>", files: &[] },
        Message { after: 400, from: "wei.zhang@brightgrid.example", kind: Kind::Mail, html: "<p>The morning of the 4th is good. Gate 3, ask for me.</p>", files: &[] },
    ] },
    Story { hours_ago: 260, from: "nadia.haddad@cedarschool.example", subject: "School trip: can we rent 12 tents?", queue: "Inbox", priority: Priority::Normal, end: End::Open, assigned: None, thread: &[
        Message { after: 0, from: "nadia.haddad@cedarschool.example", kind: Kind::Mail, html: "<p>Good morning,</p><p>Cedar School plans three nights in the Lake District in May, with 44 children. Do you rent tents, or do you know somebody who does?</p><p>Nadia Haddad</p>", files: &[] },
    ] },
    Story { hours_ago: 250, from: "olga.petrova@inbox.example", subject: "Jacket came in the wrong colour", queue: "Old webshop", priority: Priority::Normal, end: End::Resolved(3), assigned: Some("priya.nair@kestrel.example"), thread: &[
        Message { after: 0, from: "olga.petrova@inbox.example", kind: Kind::Mail, html: "<p>I ordered the moss green one and got the orange one (K-20903). I look like a traffic cone.</p><p>Olga</p>", files: &["jacket.png"] },
        Message { after: 50, from: "priya.nair@kestrel.example", kind: Kind::Reply, html: "<p>Hello Olga, traffic cones are at least seen! The green one is on its way; please put the orange one into the same parcel with the label enclosed.</p><p>Priya</p>", files: &["return-label.pdf"] },
        Message { after: 5000, from: "olga.petrova@inbox.example", kind: Kind::Mail, html: "<p>Green at last. Thank you, Priya.</p>", files: &[] },
    ] },
    Story { hours_ago: 230, from: "mateo@ruizyhijos.example", subject: "Dealer price list 2027", queue: "Inbox", priority: Priority::Low, end: End::OnHold("2026-12-01"), assigned: Some("marta.kowalska@kestrel.example"), thread: &[
        Message { after: 0, from: "mateo@ruizyhijos.example", kind: Kind::Mail, html: "<p>Hola, when does the dealer price list for 2027 come out? We plan our catalogue now.</p><p>Mateo Ruiz</p>", files: &[] },
        Message { after: 700, from: "marta.kowalska@kestrel.example", kind: Kind::Reply, html: "<p>Dear Mateo, on 1 December. You will be the first to have it.</p><p>Marta</p>", files: &[] },
    ] },
    Story { hours_ago: 210, from: "g.oakley@oakleyfarm.example", subject: "Trailer coupling does not lock", queue: "Workshop", priority: Priority::High, end: End::Open, assigned: Some("aisha.rahman@kestrel.example"), thread: &[
        Message { after: 0, from: "g.oakley@oakleyfarm.example", kind: Kind::Mail, html: "<p>The coupling of the trailer (order K-20771) does not click any more. I recorded it, but the recording is big. There is also a little tool from a neighbour who says that it reads the sensor.</p><p>G. Oakley</p>", files: &["coupling-recording.zip", "sensor-reader.exe"] },
        Message { after: 80, from: "aisha.rahman@kestrel.example", kind: Kind::Note, html: "<p>Do not open the program. The recording is enough: the spring is missing.</p>", files: &[] },
        Message { after: 10, from: "aisha.rahman@kestrel.example", kind: Kind::Reply, html: "<p>Dear Mr Oakley,</p><p>thank you for the recording: the spring inside the coupling is missing. Please do not tow with it. A new coupling is on its way; changing it takes one 13 mm spanner and five minutes. Please do not run the program you were given.</p><p>Aisha Rahman</p>", files: &[] },
    ] },
    Story { hours_ago: 190, from: "lena.vogt@posteo.example", subject: "Shop says my basket is empty", queue: "Support", priority: Priority::Normal, end: End::Open, assigned: Some("tom.becker@kestrel.example"), thread: &[
        Message { after: 0, from: "lena.vogt@posteo.example", kind: Kind::Mail, html: r#"<p>Whenever I press "pay" the basket is empty. Your colleague on the telephone asked for a recording of the network, here it is.</p><p>Lena Vogt</p>"#, files: &["basket.har"] },
        Message { after: 200, from: "tom.becker@kestrel.example", kind: Kind::Note, html: "<p>The cookie is set for www. only; she comes from shop. Told the web people (their number 4471).</p>", files: &[] },
    ] },
    Story { hours_ago: 170, from: "ines.duarte@harborlight.example", subject: "Invoice for the replacement poles?", queue: "Billing", priority: Priority::Low, end: End::Resolved(1), assigned: Some("jonas.lind@kestrel.example"), thread: &[
        Message { after: 0, from: "ines.duarte@harborlight.example", kind: Kind::Mail, html: "<p>Hello, do we get an invoice over zero for the replacement? Our insurance asks.</p>", files: &[] },
        Message { after: 100, from: "jonas.lind@kestrel.example", kind: Kind::Reply, html: "<p>Hello Ines, of course; it is attached.</p><p>Jonas</p>", files: &["invoice-0.pdf"] },
    ] },
    Story { hours_ago: 150, from: "sam.okafor@delta-couriers.example", subject: "Fleet contract: add two bikes", queue: "Inbox", priority: Priority::Normal, end: End::Open, assigned: Some("team:2"), thread: &[
        Message { after: 0, from: "sam.okafor@delta-couriers.example", kind: Kind::Mail, html: "<p>Hi, please add two more bikes to our contract from December. Same terms?</p><p>Sam</p>", files: &[] },
        Message { after: 1100, from: "marta.kowalska@kestrel.example", kind: Kind::Note, html: "<p>Same terms are fine until ten bikes. Wait with the paper until ticket about bike 14 is settled. #vip</p>", files: &[] },
    ] },
    Story { hours_ago: 130, from: "pat.murphy@mail.example", subject: "where is my parcel", queue: "Support", priority: Priority::Normal, end: End::Closed, assigned: Some("priya.nair@kestrel.example"), thread: &[
        Message { after: 0, from: "pat.murphy@mail.example", kind: Kind::Mail, html: "<p>ordered last week. nothing. K-20988</p>", files: &[] },
        Message { after: 40, from: "priya.nair@kestrel.example", kind: Kind::Reply, html: "<p>Hi Pat, it was handed to your neighbour at number 12 this morning.</p><p>Priya</p>", files: &[] },
        Message { after: 20, from: "pat.murphy@mail.example", kind: Kind::Mail, html: "<p>oh. so it was. cheers</p>", files: &[] },
    ] },
    Story { hours_ago: 110, from: "yuki@tanabe-design.example", subject: "Logo on twelve bottles", queue: "Inbox", priority: Priority::Low, end: End::Open, assigned: None, thread: &[
        Message { after: 0, from: "yuki@tanabe-design.example", kind: Kind::Mail, html: r#"<p>Can you print our logo on twelve of the steel bottles? It is one colour. <img alt="screenshot" src="{{screenshot}}"></p><p>Yuki</p>"#, files: &[] },
    ] },
    Story { hours_ago: 96, from: "henrik.solberg@fjellsport.example", subject: "Return of two display tents", queue: "Support", priority: Priority::Normal, end: End::OnHold("2026-11-09"), assigned: Some("tom.becker@kestrel.example"), thread: &[
        Message { after: 0, from: "henrik.solberg@fjellsport.example", kind: Kind::Mail, html: "<p>The season is over: may we send the two display tents back now?</p><p>Henrik</p>", files: &[] },
        Message { after: 300, from: "tom.becker@kestrel.example", kind: Kind::Reply, html: "<p>Hello Henrik, yes; the carrier comes on 9 November between 8 and 12.</p><p>Tom</p>", files: &[] },
    ] },
    Story { hours_ago: 80, from: "chiara@fontana-viaggi.example", subject: "Re: your newsletter", queue: "Inbox", priority: Priority::Low, end: End::Closed, assigned: None, thread: &[
        Message { after: 0, from: "chiara@fontana-viaggi.example", kind: Kind::Mail, html: "<p>Please take info@fontana-viaggi.example off your list; this address may stay.</p>", files: &[] },
        Message { after: 15, from: "priya.nair@kestrel.example", kind: Kind::Reply, html: "<p>Done. Thank you for telling us.</p><p>Priya</p>", files: &[] },
    ] },
    Story { hours_ago: 70, from: "nadia.haddad@cedarschool.example", subject: "Quotation for 44 head torches", queue: "Billing", priority: Priority::Normal, end: End::Open, assigned: Some("jonas.lind@kestrel.example"), thread: &[
        Message { after: 0, from: "nadia.haddad@cedarschool.example", kind: Kind::Mail, html: "<p>Could you quote 44 head torches with batteries, delivered before the end of April, invoice to the school?</p><p>Nadia Haddad</p>", files: &[] },
        Message { after: 220, from: "jonas.lind@kestrel.example", kind: Kind::Note, html: "<p>Schools: 20 % and 30 days. I write the offer tomorrow.</p>", files: &[] },
    ] },
    Story { hours_ago: 48, from: "olga.petrova@inbox.example", subject: "Zip of the moss green jacket", queue: "Support", priority: Priority::Normal, end: End::Open, assigned: Some("priya.nair@kestrel.example"), thread: &[
        Message { after: 0, from: "olga.petrova@inbox.example", kind: Kind::Mail, html: "<p>Me again. The zip of the green one jams about half way. Shall I send it in?</p>", files: &["zip.png"] },
        Message { after: 65, from: "priya.nair@kestrel.example", kind: Kind::Reply, html: "<p>Hello Olga, before you do: a bit of candle wax along the teeth helps in most cases. If it still jams tomorrow, we change it under #warranty.</p><p>Priya</p>", files: &[] },
    ] },
    Story { hours_ago: 30, from: "mateo@ruizyhijos.example", subject: "Wrong VAT on order WH-3355", queue: "Billing", priority: Priority::Urgent, end: End::Open, assigned: None, thread: &[
        Message { after: 0, from: "mateo@ruizyhijos.example", kind: Kind::Mail, html: "<p>You charged Spanish VAT although we gave our number. The payment is due on Wednesday and our bank will not let me pay a part. Please correct it before then.</p><p>Mateo Ruiz</p>", files: &["WH-3355.pdf"] },
    ] },
    Story { hours_ago: 20, from: "wei.zhang@brightgrid.example", subject: "Second charger on site", queue: "Workshop", priority: Priority::Normal, end: End::Open, assigned: None, thread: &[
        Message { after: 0, from: "wei.zhang@brightgrid.example", kind: Kind::Mail, html: "<p>One more thing for the 4th: could your technician bring a second charger? We will pay on the spot.</p><p>Wei</p>", files: &[] },
    ] },
    Story { hours_ago: 6, from: "ines.duarte@harborlight.example", subject: "Thank you, and one question", queue: "Inbox", priority: Priority::Low, end: End::Open, assigned: None, thread: &[
        Message { after: 0, from: "ines.duarte@harborlight.example", kind: Kind::Mail, html: "<p>Is there a repair course in Lisbon again next year? The last one was splendid.</p><p>Ines</p>", files: &[] },
    ] },
];
