//! What a reader can work out from everything that is released together.
//!
//! To somebody who knows the design, a released figure is a linear function of answers: a mean
//! is a sum over the people in it, each with a known weight, divided by a known number.
//! Figures can be added and subtracted at will.
//! If some combination of them cancels everybody but a few people, the answers of these few are
//! as good as published, although no figure shows them: "all" less "all but unit A" is unit A.
//!
//! The combinations of the figures are the row space of their matrix of coefficients.
//! A set of people is *reachable* if this space holds a vector other than zero that is zero for
//! everybody else.
//! Rounding is not relied on, and a combination that cancels the others all but entirely counts
//! as one that cancels them: the answer errs on the safe side.
//!
//! Source of the problem: A. Hundepool et al. (2012), Statistical Disclosure Control, section
//! 4.4 (disclosure by differencing and linked tables).

use std::collections::{BTreeMap, BTreeSet};

use nalgebra::{DMatrix, DVector};
use serde::Serialize;
use thiserror::Error;

use crate::matrix::eigen;

/// Squares of coefficients below this part of the largest count as zero.
const NOTHING: f64 = 1e-11;
/// Lengths below this part of what they were count as nothing.
const REST: f64 = 3e-5;
/// Decisions after which the search gives up.
const MOST_DECISIONS: u64 = 2_000_000;

/// Why it cannot be said what is reachable. Treat such a release as one that must not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuditError {
    /// A coefficient is not finite, or a term names an unknown that there is not.
    #[error("figure {figure} has a term that cannot be read")]
    Unusable {
        /// Figure, from 0.
        figure: usize,
    },
    /// Too many combinations to be tried.
    #[error("too many combinations of figures to be tried")]
    Undecided,
}

/// People whose answers a reader can work out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reachable {
    /// How many people.
    pub people: u64,
    /// Their blocks, in increasing order.
    pub blocks: Vec<usize>,
    /// Figures which, put together, leave nobody else: in increasing order.
    pub figures: Vec<usize>,
}

/// Everything released: people, what is unknown about them, and the figures.
///
/// ```
/// use analysis::Audit;
///
/// let mut audit = Audit::default();
/// let [a, b, c] = [20, 30, 3].map(|people| {
///     let block = audit.block(people);
///     audit.unknown(block)
/// });
/// let all = audit.figure([(a, 1.0), (b, 1.0), (c, 1.0)]);
/// let first = audit.figure([(a, 1.0)]);
/// assert!(audit.reachable(5)?.is_empty());
/// let second = audit.figure([(b, 1.0)]);
/// let found = audit.reachable(5)?;
/// assert_eq!((found[0].people, &found[0].figures[..]), (3, &[all, first, second][..]));
/// # Ok::<(), analysis::AuditError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// People of each block.
    blocks: Vec<u64>,
    /// Block of each unknown.
    block_of: Vec<usize>,
    figures: Vec<Vec<(usize, f64)>>,
}

impl Audit {
    /// Adds people of whom every figure counts all or none, each in the same way.
    ///
    /// One person alone is a block too; people who always go together are found by the audit.
    pub fn block(&mut self, people: u64) -> usize {
        self.blocks.push(people);
        self.blocks.len() - 1
    }

    /// Adds something that is not known of a block: the answers of its people to a question.
    ///
    /// Every figure that is made of these answers, in whatever way, names the same unknown.
    pub fn unknown(&mut self, block: usize) -> usize {
        self.block_of.push(block);
        self.block_of.len() - 1
    }

    /// Adds a released figure: the unknowns in it, with their coefficients.
    ///
    /// Only the proportions matter, between the terms of a figure.
    pub fn figure(&mut self, terms: impl IntoIterator<Item = (usize, f64)>) -> usize {
        self.figures.push(terms.into_iter().collect());
        self.figures.len() - 1
    }

    /// The least sets of fewer than `least` people that can be worked out from all figures
    /// together.
    ///
    /// # Errors
    /// [`AuditError`] when that cannot be said.
    pub fn reachable(&self, least: u64) -> Result<Vec<Reachable>, AuditError> {
        let columns = self.columns()?;
        let mut found = Vec::new();
        for component in self.components(&columns) {
            let system = System::of(self, &columns, component, least);
            found.extend(system.reachable()?);
        }
        found.sort_by(|a, b| (a.people, &a.blocks).cmp(&(b.people, &b.blocks)));
        Ok(least_of(found))
    }

    /// The coefficients of each unknown, by figure; those that are zero are left out.
    fn columns(&self) -> Result<Vec<Vec<(usize, f64)>>, AuditError> {
        let mut columns: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); self.block_of.len()];
        for (figure, terms) in self.figures.iter().enumerate() {
            for &(unknown, coefficient) in terms {
                let usable = coefficient.is_finite() && unknown < columns.len();
                let block = self.block_of.get(unknown).and_then(|&b| self.blocks.get(b));
                let (true, Some(&people)) = (usable, block) else {
                    return Err(AuditError::Unusable { figure });
                };
                if people > 0 && coefficient != 0.0 {
                    *columns[unknown].entry(figure).or_default() += coefficient;
                }
            }
        }
        let kept = |column: BTreeMap<usize, f64>| {
            column.into_iter().filter(|term| term.1 != 0.0).collect::<Vec<_>>()
        };
        Ok(columns.into_iter().map(kept).collect())
    }

    /// Figures that share no unknown, directly or through others, cannot help one another.
    fn components(&self, columns: &[Vec<(usize, f64)>]) -> Vec<Vec<usize>> {
        let mut root: Vec<usize> = (0..self.figures.len()).collect();
        let find = |root: &[usize], mut at: usize| {
            while root[at] != at {
                at = root[at];
            }
            at
        };
        for column in columns {
            for pair in column.windows(2) {
                let (one, other) = (find(&root, pair[0].0), find(&root, pair[1].0));
                root[one.max(other)] = one.min(other);
            }
        }
        let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for figure in 0..root.len() {
            components.entry(find(&root, figure)).or_default().push(figure);
        }
        components.into_values().collect()
    }
}

/// Sets that hold no other set.
fn least_of(found: Vec<Reachable>) -> Vec<Reachable> {
    let mut least: Vec<Reachable> = Vec::new();
    for one in found {
        let inside = |known: &Reachable| known.blocks.iter().all(|b| one.blocks.contains(b));
        if !least.iter().any(inside) {
            least.push(one);
        }
    }
    least
}

/// Unknowns whose coefficients are in the same proportion in every figure: only their sum can
/// ever be known.
struct Atom {
    column: DVector<f64>,
    classes: BTreeSet<usize>,
}

/// Blocks that take part in the same atoms: nothing tells them apart.
struct Class {
    people: u64,
    blocks: Vec<usize>,
    atoms: Vec<usize>,
}

/// The figures of an unknown and their coefficients as parts of the largest, in billionths.
type Proportions = Vec<(usize, i64)>;

/// The figures of one component, and the combinations that leave only small classes.
struct System {
    figures: Vec<usize>,
    classes: Vec<Class>,
    /// Atoms of small classes only.
    small: Vec<Atom>,
    /// Combinations of figures (columns) that cancel every other atom.
    cancelling: DMatrix<f64>,
    least: u64,
}

impl System {
    fn of(audit: &Audit, columns: &[Vec<(usize, f64)>], figures: Vec<usize>, least: u64) -> Self {
        let place: BTreeMap<usize, usize> =
            figures.iter().enumerate().map(|(at, &figure)| (figure, at)).collect();
        let mut atoms: BTreeMap<Proportions, (DVector<f64>, BTreeSet<usize>)> = BTreeMap::new();
        for (column, &block) in columns.iter().zip(&audit.block_of) {
            let Some(first) = column.first().filter(|term| place.contains_key(&term.0)) else {
                continue;
            };
            let largest = column.iter().fold(0.0f64, |most, term| most.max(term.1.abs()));
            let scale = first.1.signum() * largest;
            let key = column.iter().map(|term| (term.0, rounded(term.1 / scale))).collect();
            let (_, blocks) = atoms.entry(key).or_insert_with(|| {
                let mut vector = DVector::zeros(figures.len());
                column.iter().for_each(|term| vector[place[&term.0]] = term.1 / scale);
                (vector, BTreeSet::new())
            });
            blocks.insert(block);
        }
        let atoms: Vec<(DVector<f64>, BTreeSet<usize>)> = atoms.into_values().collect();
        let mut atoms_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (atom, (_, blocks)) in atoms.iter().enumerate() {
            for &block in blocks {
                atoms_of.entry(block).or_default().push(atom);
            }
        }
        let mut together: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (block, atoms) in atoms_of {
            together.entry(atoms).or_default().push(block);
        }
        let mut classes = Vec::new();
        let mut class_of = BTreeMap::new();
        for (_, blocks) in together {
            class_of.extend(blocks.iter().map(|&block| (block, classes.len())));
            let people = blocks.iter().fold(0u64, |sum, &b| sum.saturating_add(audit.blocks[b]));
            classes.push(Class { people, blocks, atoms: Vec::new() });
        }
        let atoms = atoms.into_iter().map(|(column, blocks)| Atom {
            column,
            classes: blocks.iter().map(|block| class_of[block]).collect(),
        });
        let is_small = |atom: &Atom| atom.classes.iter().all(|&c| classes[c].people < least);
        let (small, large): (Vec<Atom>, Vec<Atom>) = atoms.partition(is_small);
        for (at, atom) in small.iter().enumerate() {
            atom.classes.iter().for_each(|&class| classes[class].atoms.push(at));
        }
        let cancelling = cancelling(&large, figures.len());
        Self { figures, classes, small, cancelling, least }
    }

    fn reachable(&self) -> Result<Vec<Reachable>, AuditError> {
        if self.small.is_empty() || self.cancelling.ncols() == 0 {
            return Ok(Vec::new());
        }
        // What each combination that cancels the large atoms leaves of the small ones.
        let left = DMatrix::from_fn(self.cancelling.ncols(), self.small.len(), |c, atom| {
            self.cancelling.column(c).dot(&self.small[atom].column)
        });
        let Some(eigen) = eigen(&left * left.transpose()) else { return Ok(Vec::new()) };
        let largest = eigen.eigenvalues.iter().fold(0.0f64, |most, &v| most.max(v));
        let kept: Vec<usize> = (0..eigen.eigenvalues.len())
            .filter(|&i| eigen.eigenvalues[i] > NOTHING * largest.max(1.0))
            .collect();
        if kept.is_empty() {
            return Ok(Vec::new());
        }
        // Orthonormal rows, so that lengths can be compared.
        let turned = DMatrix::from_fn(kept.len(), self.cancelling.ncols(), |row, column| {
            eigen.eigenvectors[(column, kept[row])] / eigen.eigenvalues[kept[row]].sqrt()
        });
        let mut left = &turned * left;
        // What is left of an atom by rounding alone is nothing.
        let most = left.column_iter().fold(0.0f64, |most, column| most.max(column.norm()));
        for mut column in left.column_iter_mut() {
            if column.norm() <= REST * most {
                column.fill(0.0);
            }
        }
        let mut search = Search {
            system: self,
            left,
            chosen: vec![None; self.classes.len()],
            decisions: 0,
            found: Vec::new(),
        };
        let everything = DMatrix::identity(kept.len(), kept.len());
        search.decide(&everything, 0)?;
        let named = |(space, classes): (DVector<f64>, Vec<usize>)| {
            self.named(&(&self.cancelling * (turned.transpose() * space)), &classes)
        };
        Ok(search.found.into_iter().map(named).collect())
    }

    fn named(&self, combination: &DVector<f64>, classes: &[usize]) -> Reachable {
        let most = combination.amax();
        let used = |&(at, _): &(usize, &usize)| combination[at].abs() > 1e-4 * most;
        let figures = self.figures.iter().enumerate().filter(used).map(|(_, &figure)| figure);
        let mut blocks: Vec<usize> =
            classes.iter().flat_map(|&class| self.classes[class].blocks.iter().copied()).collect();
        blocks.sort_unstable();
        Reachable {
            people: classes.iter().map(|&class| self.classes[class].people).sum(),
            blocks,
            figures: figures.collect(),
        }
    }
}

/// Combinations of figures (columns) that are zero on every one of these atoms.
fn cancelling(atoms: &[Atom], figures: usize) -> DMatrix<f64> {
    let mut gram = DMatrix::zeros(figures, figures);
    for atom in atoms {
        let terms: Vec<(usize, f64)> =
            atom.column.iter().copied().enumerate().filter(|term| term.1 != 0.0).collect();
        for &(i, a) in &terms {
            for &(j, b) in &terms {
                gram[(i, j)] += a * b;
            }
        }
    }
    // A figure over many atoms must not make one over few look like nothing.
    let scale = DVector::from_fn(figures, |i, _| {
        let length: f64 = gram[(i, i)];
        if length > 0.0 { 1.0 / length.sqrt() } else { 1.0 }
    });
    let scaled = DMatrix::from_fn(figures, figures, |i, j| gram[(i, j)] * scale[i] * scale[j]);
    null_space(scaled, &scale)
}

/// The null space of a symmetric matrix, each coordinate times its factor.
fn null_space(matrix: DMatrix<f64>, scale: &DVector<f64>) -> DMatrix<f64> {
    let size = matrix.nrows();
    let Some(eigen) = eigen(matrix) else { return DMatrix::identity(size, size) };
    let largest = eigen.eigenvalues.iter().fold(0.0f64, |most, &v| most.max(v));
    let zero: Vec<usize> = (0..size)
        .filter(|&i| eigen.eigenvalues[i] <= NOTHING * largest.max(f64::MIN_POSITIVE))
        .collect();
    DMatrix::from_fn(size, zero.len(), |row, column| {
        eigen.eigenvectors[(row, zero[column])] * scale[row]
    })
}

/// Decides of one small class after the other whether it may be left over.
///
/// Leaving a class in costs people, of whom there are few; leaving it out costs a dimension.
/// Either way little is left soon, so that all sets are found in few steps.
struct Search<'s> {
    system: &'s System,
    /// Rows: independent combinations; columns: what they leave of each small atom.
    left: DMatrix<f64>,
    chosen: Vec<Option<bool>>,
    decisions: u64,
    found: Vec<(DVector<f64>, Vec<usize>)>,
}

impl Search<'_> {
    /// `space` holds the combinations still possible (orthonormal columns), `people` those
    /// already left in.
    fn decide(&mut self, space: &DMatrix<f64>, people: u64) -> Result<(), AuditError> {
        self.decisions += 1;
        if self.decisions > MOST_DECISIONS {
            return Err(AuditError::Undecided);
        }
        let open = (0..self.chosen.len())
            .find(|&class| self.chosen[class].is_none() && self.touches(space, class));
        let Some(class) = open else {
            let left_in = |&c: &usize| self.chosen[c] == Some(true) && self.touches(space, c);
            let classes: Vec<usize> = (0..self.chosen.len()).filter(left_in).collect();
            if !classes.is_empty() {
                self.found.push((space.column(0).into_owned(), classes));
            }
            return Ok(());
        };
        let more = people.saturating_add(self.system.classes[class].people);
        if more < self.system.least {
            self.chosen[class] = Some(true);
            self.decide(space, more)?;
        }
        let rest = self.without(space, class);
        if rest.ncols() > 0 {
            self.chosen[class] = Some(false);
            self.decide(&rest, people)?;
        }
        self.chosen[class] = None;
        Ok(())
    }

    /// The atoms of a class of which the combinations leave something.
    fn left_of(&self, space: &DMatrix<f64>, class: usize) -> Vec<DVector<f64>> {
        let of_atom = |&atom: &usize| space.transpose() * self.left.column(atom);
        let atoms = &self.system.classes[class].atoms;
        let left = atoms.iter().map(|atom| (of_atom(atom), self.left.column(*atom).norm()));
        left.filter(|(left, before)| left.norm() > REST * before).map(|pair| pair.0).collect()
    }

    fn touches(&self, space: &DMatrix<f64>, class: usize) -> bool {
        !self.left_of(space, class).is_empty()
    }

    /// The combinations that leave nothing of a class.
    fn without(&self, space: &DMatrix<f64>, class: usize) -> DMatrix<f64> {
        let directions: Vec<DVector<f64>> =
            self.left_of(space, class).into_iter().map(|left| left.normalize()).collect();
        let left = DMatrix::from_columns(&directions);
        let ones = DVector::from_element(space.ncols(), 1.0);
        space * null_space(&left * left.transpose(), &ones)
    }
}

/// A number in billionths: equal proportions that were computed in different ways stay equal.
#[expect(clippy::cast_possible_truncation, reason = "proportions lie between −1 and 1")]
fn rounded(proportion: f64) -> i64 {
    (proportion * 1e9).round() as i64
}
