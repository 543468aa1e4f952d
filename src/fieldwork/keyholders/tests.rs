use super::*;
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

fn split(seed: u64) -> (BoxPrivateKey, Keyholders, Vec<KeyShare>) {
    let mut rng = StdRng::seed_from_u64(seed);
    let key = BoxPrivateKey::generate(&mut rng);
    let holders = ["An", "Bình", "Chi"].map(str::to_owned);
    let (known, shares) = Keyholders::split(&key, 1, &holders, &mut rng);
    (key, known, shares)
}

fn typed(share: &KeyShare) -> String {
    share.groups().iter().map(|group| group.to_string()).collect::<Vec<_>>().join(" ")
}

proptest! {
    #[test]
    fn any_two_shares_give_the_key_and_one_does_not(seed: u64) {
        let (key, known, shares) = split(seed);
        for (one, two) in [(0, 1), (0, 2), (1, 2), (2, 0)] {
            let pair = [shares[one].clone(), shares[two].clone()];
            prop_assert_eq!(known.recover(&pair).unwrap().to_bytes(), key.to_bytes());
            prop_assert_eq!(recover(&pair).unwrap().to_bytes(), key.to_bytes());
        }
        prop_assert_eq!(known.rehearse(&shares, StdRng::seed_from_u64(1)), Ok(()));
        for share in &shares {
            let alone = std::slice::from_ref(share);
            prop_assert_eq!(known.recover(alone).err(), Some(ShareError::TooFew(1)));
            let twice = [share.clone(), share.clone()];
            prop_assert_eq!(known.recover(&twice).err(), Some(ShareError::Twice(share.number())));
        }
        prop_assert_eq!(known.recover(&[]).err(), Some(ShareError::TooFew(0)));
    }

    #[test]
    fn a_share_survives_typing_and_a_mistyped_one_says_where(
        seed: u64,
        places in prop::collection::btree_set(6usize..75, 1..=4),
        shift in 1usize..32,
    ) {
        let (_, _, shares) = split(seed);
        let typed = typed(&shares[1]);
        prop_assert_eq!(typed.parse::<KeyShare>(), Ok(shares[1].clone()));
        let file = format!("Phần khóa\n\n  {}\n{}\n\nGiữ kín.\n",
            typed[..41].to_uppercase(), &typed[41..]);
        prop_assert_eq!(file.parse::<KeyShare>(), Ok(shares[1].clone()));
        let mut symbols = typed.replace(' ', "").into_bytes();
        let alphabet = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
        for &place in &places {
            let was = alphabet.iter().position(|&symbol| symbol == symbols[place]).unwrap();
            symbols[place] = alphabet[(was + shift) % 32];
        }
        let wrong = String::from_utf8(symbols).unwrap().parse::<KeyShare>().unwrap_err();
        let ShareError::Mistyped(group) = wrong else { panic!("{wrong:?}") };
        // One wrong symbol, and most pairs that changed places, are found; of two or three it is
        // only known that they are wrong.
        match places.iter().copied().collect::<Vec<_>>()[..] {
            [place] => prop_assert_eq!(group, Some(place / 5 + 1)),
            [one, two] if one + 1 != two => prop_assert_eq!(group, None),
            _ => {}
        }
    }

    #[test]
    fn two_symbols_that_changed_places_are_found(seed: u64, at in 6usize..74) {
        let (_, _, shares) = split(seed);
        let mut symbols = typed(&shares[0]).replace(' ', "").into_bytes();
        prop_assume!(symbols[at] != symbols[at + 1]);
        symbols.swap(at, at + 1);
        let wrong = String::from_utf8(symbols).unwrap().parse::<KeyShare>().unwrap_err();
        prop_assert_eq!(wrong, ShareError::Mistyped(Some(at / 5 + 1)));
    }
}

#[test]
fn what_is_no_share_is_told_apart() {
    let (_, known, shares) = split(5);
    let read = |text: &str| text.parse::<KeyShare>().unwrap_err();
    let text = typed(&shares[0]);
    assert_eq!(read(""), ShareError::Absent);
    assert_eq!(read("mật khẩu của tôi"), ShareError::Absent);
    assert_eq!(read(&text[..40]), ShareError::Length(34));
    assert_eq!(read(&format!("{text}q")), ShareError::Length(76));
    assert_eq!(read(&format!("{}b{}", &text[..12], &text[13..])), ShareError::Symbol('b', 3));
    let (_, other, strangers) = split(6);
    let mixed = [shares[0].clone(), strangers[1].clone()];
    assert_eq!(known.recover(&mixed).unwrap_err(), ShareError::OtherBox(2));
    assert_eq!(recover(&mixed).unwrap_err(), ShareError::DoNotFit);
    let alone = std::slice::from_ref(&strangers[0]);
    assert_eq!(known.recover(alone).unwrap_err(), ShareError::OtherBox(1));
    assert_eq!(other.rehearse(&shares, StdRng::seed_from_u64(1)), Err(ShareError::OtherBox(1)));
}

#[test]
fn shares_that_were_replaced_do_not_open_the_box() {
    let (key, first, old) = split(7);
    let holders = ["An", "Bình", "Dung"].map(str::to_owned);
    let rng = StdRng::seed_from_u64(8);
    let (second, new) = Keyholders::split(&key, 2, &holders, rng);
    assert_eq!(second.public().to_bytes(), first.public().to_bytes());
    assert_eq!(second.box_digits(), first.box_digits());
    let old_one = ShareError::OtherSplit { number: 1, split: 1, needed: 2 };
    assert_eq!(second.recover(&[old[0].clone(), new[1].clone()]).unwrap_err(), old_one);
    assert_eq!(recover(&[old[0].clone(), new[1].clone()]).unwrap_err(), ShareError::DoNotFit);
    assert_eq!(second.recover(&new[1..]).unwrap().to_bytes(), key.to_bytes());
    // A share that claims a number and a split that are not its own.
    let forged = KeyShare::new(new[0].box_id(), 2, &old[0].part());
    let pair = [forged, new[1].clone()];
    assert_eq!(second.recover(&pair).unwrap_err(), ShareError::Unknown(1));
    assert_eq!(recover(&pair).unwrap_err(), ShareError::DoNotFit);
}

#[test]
fn the_public_file_is_read_back_and_a_damaged_one_refused() {
    let (_, known, _) = split(9);
    assert_eq!(Keyholders::from_json(&known.to_json()), Ok(known.clone()));
    let damaged = [
        "",
        "{}",
        &known.to_json().replace("\"number\": 3", "\"number\": 2"),
        &known.to_json().replacen(&known.box_key[..8], "zzzzzzzz", 1),
        &known.to_json().replacen(&known.shares[0].fingerprint[..9], "", 1),
    ];
    for text in damaged {
        assert_eq!(Keyholders::from_json(text), Err(ShareError::NotPublic), "{text}");
    }
}

#[test]
fn one_share_is_as_likely_under_any_key() {
    // With the same numbers drawn, the first share of any two keys differ by what the keys
    // differ in: as every number is as likely, no share prefers a key.
    let holders = ["", "", ""].map(str::to_owned);
    let keys: Vec<BoxPrivateKey> =
        (0..2).map(|seed| BoxPrivateKey::generate(&mut StdRng::seed_from_u64(seed))).collect();
    let first = |key| {
        let (_, shares) = Keyholders::split(key, 1, &holders, StdRng::seed_from_u64(42));
        shares[0].part()[1..].to_vec()
    };
    let differ = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| a ^ b).collect::<Vec<_>>();
    assert_eq!(
        differ(&first(&keys[0]), &first(&keys[1])),
        differ(&keys[0].to_bytes(), &keys[1].to_bytes())
    );
}
