//! The picture of a show, generated from its id, title and category: it needs no request and is the same for everybody.

use dioxus::prelude::*;
use shared::tickets::{Category, Show};
use std::fmt::Write;

/// The picture's size in SVG units. All coordinates are integers, which keeps the markup short.
pub const WIDTH: i32 = 320;
pub const HEIGHT: i32 = 180;

/// The background colour, then one colour for each layer from back to front. All of them suit the light and the dark scheme.
pub type Palette = [&'static str; 5];

#[rustfmt::skip]
const PALETTES: [Palette; 8] = [
    ["#2a1a4f", "#5b2a86", "#e4572e", "#ffc53d", "#fff1d6"],
    ["#0f3d4c", "#1c6e7d", "#f2a65a", "#f4d58d", "#fdf6e3"],
    ["#5c1a3b", "#96264f", "#f26a4b", "#ffb199", "#fff0e6"],
    ["#143d2b", "#2b6e4f", "#e9b44c", "#f4dfa4", "#fbf7e9"],
    ["#1c2d6b", "#3a56c5", "#ff7a6b", "#ffd0b8", "#fff3ea"],
    ["#7a2713", "#c1440e", "#f7a233", "#ffd98a", "#fff4da"],
    ["#26203b", "#4d4373", "#2fb8a6", "#b8ead9", "#f4fbf6"],
    ["#4a1c6b", "#7d3cb0", "#ff5d8f", "#ffc2d1", "#fff0f3"],
];

/// SVG paths from back to front, one for each colour of the palette except the background.
#[derive(Debug, PartialEq)]
pub struct Art {
    pub palette: Palette,
    pub layers: [String; 4],
}

impl Art {
    pub fn of(show: &Show) -> Art {
        Art::seeded(&format!("{}{}{}", show.id, show.title, show.category.name()), show.category)
    }

    /// The same picture for the same seed.
    pub fn seeded(seed: &str, category: Category) -> Art {
        let mut rng = Rng::from_text(seed);
        let palette = PALETTES[rng.below(PALETTES.len() as i32) as usize];
        let layers = match category {
            Category::Concert => concert(&mut rng),
            Category::Festival => festival(&mut rng),
            Category::Theatre => theatre(&mut rng),
            Category::Comedy => comedy(&mut rng),
            Category::Sport => sport(&mut rng),
            Category::Exhibition => exhibition(&mut rng),
            Category::Other => other(&mut rng),
        };
        Art { palette, layers }
    }
}

/// A pseudorandom generator seeded with a text: an FNV-1a hash, then a linear congruential generator (Knuth's MMIX).
struct Rng(u64);

impl Rng {
    fn from_text(text: &str) -> Rng {
        Rng(text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)))
    }

    /// A number from zero to `end`, exclusive.
    fn below(&mut self, end: i32) -> i32 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        // The lower bits of a linear congruential generator have short periods.
        ((self.0 >> 33) % end.max(1).unsigned_abs() as u64) as i32
    }

    /// A number from `first` to `end`, exclusive.
    fn between(&mut self, first: i32, end: i32) -> i32 {
        first + self.below(end - first)
    }
}

fn rect(path: &mut String, x: i32, y: i32, width: i32, height: i32) {
    let _ = write!(path, "M{x} {y}h{width}v{height}h{}z", -width);
}

fn disc(path: &mut String, x: i32, y: i32, radius: i32) {
    let _ = write!(
        path,
        "M{} {y}a{radius} {radius} 0 1 0 {} 0a{radius} {radius} 0 1 0 {} 0z",
        x - radius,
        2 * radius,
        -2 * radius
    );
}

/// A disc drawn in the opposite direction, which cuts it out of the shape around it (the nonzero fill rule).
fn hole(path: &mut String, x: i32, y: i32, radius: i32) {
    let width = 2 * radius;
    let _ = write!(path, "M{} {y}a{radius} {radius} 0 1 1 {width} 0a{radius} {radius} 0 1 1 {} 0z", x - radius, -width);
}

fn ring(path: &mut String, x: i32, y: i32, radius: i32, thickness: i32) {
    disc(path, x, y, radius);
    hole(path, x, y, radius - thickness);
}

/// Light beams, a moon, and an equalizer.
fn concert(rng: &mut Rng) -> [String; 4] {
    let mut layers: [String; 4] = Default::default();
    for lamp in 0..3 {
        let (from, to) = (rng.between(20, 90) + lamp * 95, rng.between(-20, 300));
        let _ = write!(layers[0], "M{from} -4L{to} {HEIGHT}h{}z", rng.between(50, 90));
    }
    let x = rng.between(90, 230);
    disc(&mut layers[1], x, rng.between(70, 95), rng.between(44, 60));
    let bars = 16;
    for bar in 0..bars {
        let height = rng.between(14, 50) + 36 - (bar * WIDTH / bars - x).abs() / 5;
        let layer = &mut layers[if bar % 4 == 3 { 3 } else { 2 }];
        rect(layer, bar * WIDTH / bars + 4, HEIGHT - height.max(12), 12, height.max(12));
    }
    layers
}

/// A low sun with its rays, hills, and bunting.
fn festival(rng: &mut Rng) -> [String; 4] {
    let mut layers: [String; 4] = Default::default();
    let (x, y) = (rng.between(90, 230), rng.between(96, 116));
    for (dx, dy) in
        [(-300, -60), (-300, -190), (-190, -260), (-60, -300), (60, -300), (190, -260), (300, -190), (300, -60)]
    {
        let _ = write!(layers[0], "M{x} {y}l{} {}l{} {}z", dx - dy / 12, dy + dx / 12, dy / 6, -dx / 6);
    }
    disc(&mut layers[2], x, y, rng.between(38, 54));
    let (left, top) = (rng.between(110, 140), rng.between(20, 60));
    let _ = write!(layers[1], "M0 {left}Q80 {} 160 {}T{WIDTH} {}V{HEIGHT}H0z", left - top, left + 8, left - 6);
    let sag = rng.between(6, 16);
    for flag in 0..9 {
        let hang = sag * (16 - (flag - 4) * (flag - 4)) / 8;
        let _ = write!(layers[3], "M{} {hang}h26l-13 26z", flag * 36 + 3);
    }
    layers
}

/// An opening curtain, a spotlight, and a performer in it.
fn theatre(rng: &mut Rng) -> [String; 4] {
    let mut layers: [String; 4] = Default::default();
    let x = rng.between(130, 190);
    let _ = write!(layers[3], "M{} -4h40L{} 150h{}z", x - 20, x + 62, -124);
    // The performer is cut out of the spotlight.
    disc(&mut layers[3], x, 86, 9);
    let _ = write!(layers[3], "M{} 139h28l-5 -37q-9 -9 -18 0z", x - 14);
    let _ = write!(layers[2], "M{} 150a62 12 0 1 0 124 0a62 12 0 1 0 -124 0z", x - 62);
    let (folds, gather) = (rng.between(3, 5), rng.between(30, 60));
    for fold in 0..folds {
        let (top, end) = (fold * 130 / folds, fold * gather / folds);
        let wide = 130 / folds / 2 + 8;
        for (side, way) in [(0, 1), (WIDTH, -1)] {
            let layer = &mut layers[if fold % 2 == 0 { 0 } else { 1 }];
            let (top, end, wide) = (side + way * top, side + way * end, way * wide);
            let _ = write!(
                layer,
                "M{top} 0Q{top} 110 {end} {HEIGHT}h{}Q{} 110 {} 0z",
                wide * 2 / 3,
                top + wide,
                top + wide + way * 10
            );
        }
    }
    for drop in 0..8 {
        let _ = write!(layers[0], "M{} 0h42q-21 {} -42 0z", drop * 40 - 1, rng.between(34, 56));
    }
    layers
}

/// A grinning face and confetti.
fn comedy(rng: &mut Rng) -> [String; 4] {
    let mut layers: [String; 4] = Default::default();
    let (x, y, radius) = (rng.between(120, 210), rng.between(84, 98), rng.between(60, 72));
    disc(&mut layers[0], x + rng.between(-70, 70), y + 10, radius + 44);
    disc(&mut layers[2], x, y, radius);
    let (eye, mouth) = (radius / 3, radius * 3 / 5);
    hole(&mut layers[2], x - eye, y - radius / 3, rng.between(5, 10));
    hole(&mut layers[2], x + eye, y - radius / 3, rng.between(5, 10));
    let _ = write!(layers[2], "M{} {}a{mouth} {mouth} 0 0 1 {} 0z", x + mouth, y + radius / 8, -2 * mouth);
    for bit in 0..16 {
        let (at, fall) = (bit * 21 + rng.below(12), rng.below(HEIGHT));
        let on_face = (at - x).pow(2) + (fall - y).pow(2) < (radius + 8).pow(2);
        if !on_face {
            let _ = write!(layers[if bit % 2 == 0 { 1 } else { 3 }], "M{at} {fall}l6 -9 10 6-6 9z");
        }
    }
    layers
}

/// A mown field from above, its lines, and a ball.
fn sport(rng: &mut Rng) -> [String; 4] {
    let mut layers: [String; 4] = Default::default();
    let lean = rng.between(-60, 60);
    for stripe in (0..6).step_by(2) {
        let _ = write!(layers[0], "M{} 0h58l{lean} {HEIGHT}h-58z", stripe * 58 - 20);
    }
    let (x, radius) = (rng.between(100, 220), rng.between(42, 58));
    rect(&mut layers[3], x - 2, 0, 4, HEIGHT);
    ring(&mut layers[3], x, HEIGHT / 2, radius, 4);
    let side = rng.below(2) * (WIDTH - 44);
    let _ = write!(layers[3], "M{side} 40h44v100h-44zm4 4v92h36v-92z");
    let (ball, high) = (x + rng.between(-50, 50), rng.between(50, 130));
    disc(&mut layers[1], ball, high, 20);
    let _ = write!(layers[2], "M{} {}L{} {}l16 22z", ball - 12, high - 15, ball - rng.between(90, 150), high - 70);
    layers
}

/// A wall of pictures with quarter circles, half circles and stripes.
fn exhibition(rng: &mut Rng) -> [String; 4] {
    let mut layers: [String; 4] = Default::default();
    for column in 0..4 {
        for row in 0..2 {
            let (x, y) = (column * 80, row * 90);
            let (behind, front) = (rng.below(2) as usize, 2 + rng.below(2) as usize);
            if rng.below(4) > 0 {
                rect(&mut layers[behind], x, y, 80, 90);
            }
            let front = &mut layers[front];
            let _ = match rng.below(5) {
                0 => write!(front, "M{x} {y}h80a80 80 0 0 1 -80 80z"),
                1 => write!(front, "M{} {}h-80a80 80 0 0 1 80 -80z", x + 80, y + 90),
                2 => write!(front, "M{x} {}a40 40 0 0 1 80 0z", y + 65),
                3 => write!(front, "M{x} {y}h80v15h-80zm0 30h80v15h-80zm0 30h80v15h-80z"),
                _ => write!(front, "M{} {}a28 28 0 1 0 56 0a28 28 0 1 0 -56 0z", x + 12, y + 45),
            };
        }
    }
    layers
}

/// Two systems of rings that meet.
fn other(rng: &mut Rng) -> [String; 4] {
    let mut layers: [String; 4] = Default::default();
    let (left, right) = (rng.between(20, 120), rng.between(200, 300));
    for wave in 1..5 {
        ring(&mut layers[0], left, HEIGHT, wave * 44, 20);
        ring(&mut layers[(wave % 2 * 2) as usize], right, rng.between(-4, 4), wave * 36, 12);
    }
    disc(&mut layers[1], left, HEIGHT, 30);
    disc(&mut layers[3], rng.between(130, 200), rng.between(60, 120), rng.between(18, 34));
    layers
}

/// The picture of a show. It fills its container and is hidden from screen readers, since the text beside it says the same.
#[component]
pub fn Cover(show: Show) -> Element {
    let Art { palette: [background, back, middle, front, light], layers: [first, second, third, fourth] } =
        Art::of(&show);
    rsx! {
        svg {
            class: "cover",
            view_box: "0 0 320 180",
            preserve_aspect_ratio: "xMidYMid slice",
            "aria-hidden": "true",
            rect { width: "320", height: "180", fill: background }
            path { d: first, fill: back }
            path { d: second, fill: middle }
            path { d: third, fill: front }
            path { d: fourth, fill: light }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::ticket;
    use shared::tickets::TicketState;
    use shared::{Id, ShowId};

    fn show(number: u128, category: Category) -> Show {
        let id: ShowId = Id::from(uuid::Uuid::from_u128(number));
        Show { id, category, ..ticket(1, 1, TicketState::OnSale).show }
    }

    #[test]
    fn each_show_has_its_own_picture_that_never_changes() {
        for category in Category::ALL {
            let (one, other) = (show(1, category), show(2, category));

            assert_eq!(Art::of(&one), Art::of(&one.clone()), "{category:?}");
            assert_ne!(Art::of(&one).layers, Art::of(&other).layers, "{category:?}");
        }
    }

    #[test]
    fn shows_of_different_categories_have_different_pictures() {
        let layers = Category::ALL.map(|category| Art::of(&show(1, category)).layers);

        for (index, one) in layers.iter().enumerate() {
            assert!(layers[index + 1..].iter().all(|other| other != one));
        }
    }

    #[test]
    fn the_markup_of_a_picture_is_short() {
        for category in Category::ALL {
            for number in 0..200 {
                let length: usize = Art::of(&show(number, category)).layers.iter().map(String::len).sum();
                assert!(length < 1500, "{category:?} {number}: {length} characters");
            }
        }
    }
}
