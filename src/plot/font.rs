//! The drawn letters: printable ASCII as a sheet that can be read and corrected in an editor.
//!
//! A letter is five columns and nine rows, the last two for descenders. Only the shapes are here; `text` sets
//! them. The place after `~` holds the Greek delta of colour differences.

/// Columns of a letter.
pub(super) const COLUMNS: usize = 5;
/// Rows of a letter.
pub(super) const ROWS: usize = 9;
/// Letters in a line of the sheet.
const LETTERS: usize = 16;

/// Whether the letter is inked at a column and row; `false` outside it. What is not drawn becomes `?`.
pub(super) fn inked(letter: char, column: usize, row: usize) -> bool {
    let place = match letter {
        'Δ' => 95,
        ' '..='~' => letter as usize - 32,
        _ => '?' as usize - 32,
    };
    let line = SHEET.get(place / LETTERS * ROWS + row).filter(|_| row < ROWS && column < COLUMNS);
    let ink = line.and_then(|l| l.as_bytes().get(place % LETTERS * (COLUMNS + 1) + column));
    ink == Some(&b'#')
}

#[rustfmt::skip]
const SHEET: [&str; 6 * ROWS] = [
    //  !"#$%&'()*+,-./
    "        #    # #   # #    #   ##  #  ##     #      #   #                                      # ",
    "        #    # #   # #   #### ##  # #  #    #     #     #   # # #   #                         # ",
    "        #    # #  ##### # #      #  # #     #    #       #   ###    #                        #  ",
    "        #          # #   ###    #    #           #       #  ##### #####       ####          #   ",
    "        #         #####   # #  #    # # #        #       #   ###    #                      #    ",
    "                   # #  ####  #  ## #  #         #       #  # # #   #     ##         ##   #     ",
    "        #          # #    #   #  ##  ## #        #       #                ##         ##   #     ",
    "                                                  #     #                 #                     ",
    "                                                   #   #                 #                      ",
    // 0123456789:;<=>?
    " ###    #    ###   ###     #  #####   ##  #####  ###   ###                                 ###  ",
    "#   #  ##   #   # #   #   ##  #      #        # #   # #   #                #         #    #   # ",
    "#   #   #       #     #  # #  ####  #        #  #   # #   #  ##     ##    #   ####    #       # ",
    "#   #   #     ##    ##  #  #      # ####     #   ###   ####  ##     ##   #             #     #  ",
    "#   #   #    #        # #####     # #   #   #   #   #     #               #   ####    #     #   ",
    "#   #   #   #     #   #    #  #   # #   #   #   #   #    #   ##     ##     #         #          ",
    " ###   ###  #####  ###     #   ###   ###    #    ###   ##    ##     ##                      #   ",
    "                                                                    #                           ",
    "                                                                   #                            ",
    // @ABCDEFGHIJKLMNO
    " ###    #   ####   ###  ####  ##### #####  ###  #   #  ###    ### #   # #     #   # #   #  ###  ",
    "#   #  # #  #   # #   # #   # #     #     #   # #   #   #      #  #  #  #     ## ## ##  # #   # ",
    "# ### #   # #   # #     #   # #     #     #     #   #   #      #  # #   #     # # # ##  # #   # ",
    "# # # #   # ####  #     #   # ####  ####  # ### #####   #      #  ##    #     # # # # # # #   # ",
    "# ### ##### #   # #     #   # #     #     #   # #   #   #      #  # #   #     #   # #  ## #   # ",
    "#     #   # #   # #   # #   # #     #     #   # #   #   #   #  #  #  #  #     #   # #  ## #   # ",
    " #### #   # ####   ###  ####  ##### #      ###  #   #  ###   ##   #   # ##### #   # #   #  ###  ",
    "                                                                                                ",
    "                                                                                                ",
    // PQRSTUVWXYZ[\]^_
    "####   ###  ####   #### ##### #   # #   # #   # #   # #   # #####  ###  #      ###    #         ",
    "#   # #   # #   # #       #   #   # #   # #   # #   # #   #     #  #    #        #   # #        ",
    "#   # #   # #   # #       #   #   # #   # #   #  # #   # #     #   #     #       #  #   #       ",
    "####  #   # ####   ###    #   #   # #   # # # #   #     #     #    #      #      #              ",
    "#     # # # # #       #   #   #   #  # #  # # #  # #    #    #     #       #     #              ",
    "#     #  #  #  #      #   #   #   #  # #  ## ## #   #   #   #      #        #    #              ",
    "#      ## # #   # ####    #    ###    #   #   # #   #   #   #####  #        #    #              ",
    "                                                                   #             #        ##### ",
    "                                                                   ###         ###              ",
    // `abcdefghijklmno
    " #          #               #         ##        #       #      #  #      ##                     ",
    "  #         #               #        #          #                 #       #                     ",
    "       ###  ####   ###   ####  ###  ####   #### ####   ##     ##  #  #    #   ## #  ####   ###  ",
    "          # #   # #     #   # #   #  #    #   # #   #   #      #  # #     #   # # # #   # #   # ",
    "       #### #   # #     #   # #####  #    #   # #   #   #      #  ##      #   # # # #   # #   # ",
    "      #   # #   # #     #   # #      #    #   # #   #   #      #  # #     #   # # # #   # #   # ",
    "       #### ####   ###   ####  ###   #     #### #   #  ###     #  #  #   ###  # # # #   #  ###  ",
    "                                              #                #                                ",
    "                                           ###               ##                                 ",
    // p to ~, and the delta
    "                         #                                           #    #    #            #   ",
    "                         #                                          #     #     #           #   ",
    "####   #### # ##   ###  ####  #   # #   # #   # #   # #   # #####   #     #     #    #     # #  ",
    "#   # #   # ##    #      #    #   # #   # # # #  # #  #   #    #    #     #     #   # # #  # #  ",
    "#   # #   # #      ###   #    #   # #   # # # #   #   #   #   #    #      #      #     #  #   # ",
    "#   # #   # #         #  #    #  ##  # #  # # #  # #  #   #  #      #     #     #         #   # ",
    "####   #### #     ####    ##   ## #   #    # #  #   #  #### #####   #     #     #         ##### ",
    "#         #                                               #         #     #     #               ",
    "#         #                                            ###           #    #    #                ",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(letter: char) -> u64 {
        let cells = (0..ROWS).flat_map(|y| (0..COLUMNS).map(move |x| (x, y)));
        cells.fold(0, |bits, (x, y)| bits << 1 | u64::from(inked(letter, x, y)))
    }

    #[test]
    fn the_sheet_is_whole_and_only_zero_and_o_are_alike() {
        assert!(SHEET.iter().all(|l| l.len() == LETTERS * (COLUMNS + 1)));
        let gap = |l: &str| l.bytes().skip(COLUMNS).step_by(COLUMNS + 1).all(|b| b == b' ');
        assert!(SHEET.iter().all(|l| gap(l)), "a letter spills into its neighbour");
        let mut shapes: Vec<u64> = (' '..='~').chain(['Δ']).map(bits).collect();
        shapes.sort_unstable();
        shapes.dedup();
        assert_eq!(shapes.len(), 95);
        assert_eq!(bits('0'), bits('O'));
        assert_eq!(bits('é'), bits('?'));
    }

    #[test]
    fn a_letter_is_where_it_should_be() {
        // H by its definition: two stems and a bar.
        for (x, y) in (0..COLUMNS).flat_map(|x| (0..7).map(move |y| (x, y))) {
            assert_eq!(inked('H', x, y), x == 0 || x == 4 || y == 3);
        }
        assert!(!inked('H', 9, 3) && !inked('H', 0, 9));
    }
}
