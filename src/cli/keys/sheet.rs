//! A keyholder's sheet: one page to print, sign and lock away.

use crate::{
    fieldwork::{HOLDERS, KeyShare},
    messages::Language,
    text,
};
use maud::{DOCTYPE, Markup, html};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;
use zeroize::Zeroizing;

/// Blank modules around a QR code, as its standard asks for.
const QUIET: usize = 4;

const STYLE: &str = "
@page { size: A4; margin: 16mm 18mm }
body { font: 11.5pt/1.4 system-ui, sans-serif; max-width: 174mm; margin: 0 auto; color: #000; background: #fff }
h1 { font-size: 20pt; margin: 0 }
h2 { font-size: 13pt; margin: 5mm 0 1mm }
.share { font-size: 15pt; margin: 0 0 3mm }
.secret { border: 2pt solid #000; padding: 2mm 4mm; font-weight: 700; text-align: center; margin: 0 0 4mm }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1mm 6mm; margin: 0 0 4mm }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere }
.code { display: flex; flex-wrap: wrap; gap: 6mm; align-items: center; margin: 2mm 0 }
.code svg { width: 52mm; height: 52mm; flex: none }
ol.groups { display: grid; grid-template-columns: repeat(3, max-content); gap: 2mm 7mm; margin: 0; padding: 0; list-style: none; font: 700 14pt/1.3 ui-monospace, monospace; counter-reset: group }
ol.groups li { counter-increment: group; white-space: nowrap }
ol.groups li::before { content: counter(group); display: inline-block; width: 7mm; font: 9pt system-ui, sans-serif; color: #444 }
ul { margin: 0; padding-left: 6mm }
.signs { display: grid; grid-template-columns: 1fr 1fr; gap: 10mm; margin-top: 6mm }
.signs p { border-top: .5pt solid #000; padding-top: 1mm; margin: 12mm 0 0; font-size: 10pt }
@media screen { body { box-shadow: 0 0 0 1px #bbb; margin: 8mm auto; padding: 8mm } }
";

/// The sheet of `share`, complete in itself.
pub fn sheet(
    share: &KeyShare,
    round: Option<&str>,
    holder: &str,
    language: Language,
) -> Zeroizing<String> {
    let say = |key| language.say(key);
    let number = share.number();
    let title = text!("keys.sheet_share", number = number, all = HOLDERS).say(language);
    let page = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                title { (say("keys.sheet_title")) " " (number) }
                style { (STYLE) }
            }
            body { main {
                h1 { (say("keys.sheet_title")) }
                p.share { (title) }
                p.secret { (say("keys.sheet_secret")) }
                dl {
                    @if let Some(round) = round {
                        dt { (say("keys.sheet_for")) }
                        dd { (round) }
                    }
                    @if !holder.is_empty() {
                        dt { (say("keys.sheet_holder")) }
                        dd { (holder) }
                    }
                    dt { (say("keys.sheet_box")) }
                    dd { (share.box_digits()) }
                    dt { (say("keys.sheet_split")) }
                    dd { (share.split()) }
                }
                p { (say("keys.sheet_lead")) }
                div.code {
                    (qr(&share.compact(), &text!("keys.sheet_qr", number = number).say(language)))
                    ol.groups { @for group in share.groups() { li { (*group) } } }
                }
                p { (say("keys.sheet_typed")) }
                h2 { (say("keys.sheet_keep")) }
                ul {
                    li { (say("keys.sheet_keep_1")) }
                    li { (say("keys.sheet_keep_2")) }
                    li { (say("keys.sheet_keep_3")) }
                    li { (say("keys.sheet_keep_4")) }
                    li { (say("keys.sheet_keep_5")) }
                }
                div.signs {
                    p { (say("keys.sheet_signed")) }
                    p { (say("keys.sheet_witness")) }
                }
            } }
        }
    };
    Zeroizing::new(page.into_string())
}

/// A QR code as a drawing that stays sharp at any size.
fn qr(content: &str, name: &str) -> Markup {
    let code = QrCode::with_error_correction_level(content, EcLevel::Q)
        .expect("a share is shorter than the largest code");
    let (side, dots) = (code.width(), code.to_colors());
    let mut path = Zeroizing::new(String::new());
    for (at, _) in dots.iter().enumerate().filter(|(_, dot)| **dot == Color::Dark) {
        let (x, y) = (at % side + QUIET, at / side + QUIET);
        write!(path, "M{x} {y}h1v1h-1z").expect("a string takes any text");
    }
    let box_ = format!("0 0 {0} {0}", side + 2 * QUIET);
    html! {
        svg role="img" aria-label=(name) viewBox=(box_) shape-rendering="crispEdges" {
            rect width="100%" height="100%" fill="#fff" {}
            path fill="#000" d=(*path) {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fieldwork::{BoxPrivateKey, Keyholders};
    use rand::{SeedableRng, rngs::StdRng};

    /// What a telephone reads off the drawing.
    fn scanned(svg: &str) -> String {
        const SCALE: usize = 4;
        let path = svg.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
        let dots: Vec<(usize, usize)> = path
            .split('M')
            .skip(1)
            .map(|dot| {
                let (x, rest) = dot.split_once(' ').unwrap();
                (x.parse().unwrap(), rest.split('h').next().unwrap().parse().unwrap())
            })
            .collect();
        let side = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap();
        let side = side.parse::<usize>().unwrap() * SCALE;
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
            if dots.contains(&(x / SCALE, y / SCALE)) { 0 } else { 255 }
        });
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn the_sheet_holds_the_share_to_scan_and_to_type() {
        let mut rng = StdRng::seed_from_u64(1);
        let key = BoxPrivateKey::generate(&mut rng);
        let holders = ["Nguyễn Văn A <b>", "B", "C"].map(str::to_owned);
        let (_, shares) = Keyholders::split(&key, 1, &holders, &mut rng);
        for (share, holder) in shares.iter().zip(&holders) {
            let sheet = sheet(share, Some("2026"), holder, Language::default());
            assert_eq!(scanned(&sheet).parse::<KeyShare>().as_ref(), Ok(share));
            let groups: Vec<&str> = sheet
                .split("<li>")
                .filter_map(|item| item.split("</li>").next())
                .filter(|item| item.len() == 5)
                .collect();
            assert_eq!(groups.join(" ").parse::<KeyShare>().as_ref(), Ok(share));
            assert!(!sheet.contains("<b>") && sheet.contains("Phần khóa số"));
        }
    }
}
