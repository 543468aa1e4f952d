//! The order in which things are decided: no circles, nothing used before it is there.

use super::{
    super::{Expression, Kind, Page, Question, model::Node},
    Whole,
    pages::{Moment, Use},
};
use crate::text;

/// How far the search has come with a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

/// The order in which to decide pages and questions; circles and too early references
/// are reported.
pub(super) fn order(
    whole: &Whole<'_>,
    pages: &[Page],
    questions: &[Question],
    uses: &[Use],
) -> Vec<Node> {
    let graph = Graph { pages, questions };
    let (order, circles) = graph.sorted();
    let known = known_pages(&graph, &order, questions);
    for used in uses {
        let about = used.question.map(|position| questions[position].name.as_str());
        for &target in &used.of {
            let Some(question) = questions.get(target) else { continue };
            let name = &question.name;
            let problem = if matches!(question.kind, Kind::Note) {
                text!("questionnaire.refers_to_note", key = used.key, name = name)
            } else {
                match used.moment {
                    Moment::Before(page) if known[target] >= page => {
                        text!("questionnaire.refers_too_early", key = used.key, name = name)
                    }
                    Moment::With(page) if known[target] > page => {
                        text!("questionnaire.refers_to_later_page", key = used.key, name = name)
                    }
                    _ => continue,
                }
            };
            whole.source.report(used.at, about, problem);
        }
    }
    // Without a calculation in it, a circle is a reference that comes too early.
    let calculated = |at: &usize| matches!(questions[*at].kind, Kind::Calculate(_));
    for circle in circles.iter().filter(|circle| circle.iter().any(calculated)) {
        report_circle(whole, questions, uses, circle);
    }
    order
}

/// A circle is reported at the first calculation or condition that is part of it.
fn report_circle(whole: &Whole<'_>, questions: &[Question], uses: &[Use], circle: &[usize]) {
    let Some(&first) = circle.iter().min() else { return };
    let names: Vec<&str> =
        circle.iter().chain(circle.first()).map(|at| questions[*at].name.as_str()).collect();
    let touches = |used: &&Use| used.of.iter().any(|target| circle.contains(target));
    let own = uses.iter().filter(touches).find(|used| used.question == Some(first));
    // A circle through the condition of a page is reported at that condition.
    let at = own.or_else(|| uses.iter().find(touches)).map_or(0, |used| used.at);
    let problem = text!("questionnaire.circle", names = names.join(" → "));
    whole.source.report(at, Some(&questions[first].name), problem);
}

/// The page with which each value is there: that of the question, or of the last
/// question that a calculation draws on.
fn known_pages(graph: &Graph<'_>, order: &[Node], questions: &[Question]) -> Vec<usize> {
    let mut known = vec![0; questions.len()];
    for node in order {
        let Node::Question(position) = *node else { continue };
        known[position] = match questions[position].kind {
            Kind::Calculate(_) => {
                let page = Node::Page(questions[position].page - 1);
                let of_page = graph.needs(page);
                let needed = graph.needs(Node::Question(position)).into_iter().chain(of_page);
                let pages = needed.filter_map(|node| match node {
                    Node::Question(needed) => Some(known[needed]),
                    Node::Page(_) => None,
                });
                pages.max().unwrap_or(0)
            }
            _ => questions[position].page,
        };
    }
    known
}

/// Pages and questions, and what must be decided before each.
struct Graph<'f> {
    pages: &'f [Page],
    questions: &'f [Question],
}

impl Graph<'_> {
    fn needs(&self, node: Node) -> Vec<Node> {
        let uses = |expression: Option<&Expression>| {
            let uses = expression.map(Expression::uses).unwrap_or_default().to_vec();
            uses.into_iter().map(Node::Question)
        };
        match node {
            Node::Page(at) => uses(self.pages[at].relevant.as_ref()).collect(),
            Node::Question(position) => {
                let question = &self.questions[position];
                let calculation = match &question.kind {
                    Kind::Calculate(calculation) => Some(calculation),
                    kind => kind.choices().and_then(|choices| choices.filter.as_ref()),
                };
                std::iter::once(Node::Page(question.page - 1))
                    .chain(uses(question.relevant.as_ref()))
                    .chain(uses(calculation))
                    .collect()
            }
        }
    }

    /// All nodes, each after what it needs, and the circles that stand in the way.
    ///
    /// The search keeps its own stack: a long chain of calculations must not be able
    /// to exhaust that of the thread.
    fn sorted(&self) -> (Vec<Node>, Vec<Vec<usize>>) {
        let pages = self.pages.len();
        let place = |node: Node| match node {
            Node::Page(at) => at,
            Node::Question(position) => pages + position,
        };
        let mut marks = vec![Mark::New; pages + self.questions.len()];
        let (mut order, mut circles) = (Vec::with_capacity(marks.len()), Vec::new());
        let starts = (0..pages).map(Node::Page);
        for start in starts.chain((0..self.questions.len()).map(Node::Question)) {
            if marks[place(start)] != Mark::New {
                continue;
            }
            marks[place(start)] = Mark::Open;
            let mut path = vec![(start, self.needs(start))];
            while let Some((node, needs)) = path.last_mut() {
                let node = *node;
                match needs.pop() {
                    None => {
                        marks[place(node)] = Mark::Done;
                        order.push(node);
                        path.pop();
                    }
                    Some(next) if marks[place(next)] == Mark::New => {
                        marks[place(next)] = Mark::Open;
                        path.push((next, self.needs(next)));
                    }
                    Some(next) if marks[place(next)] == Mark::Open => {
                        circles.push(circle(&path, next));
                    }
                    Some(_) => {}
                }
            }
        }
        (order, circles)
    }
}

/// The questions from `back` to the end of the path, which leads back to it.
fn circle(path: &[(Node, Vec<Node>)], back: Node) -> Vec<usize> {
    path.iter()
        .skip_while(|(node, _)| *node != back)
        .filter_map(|(node, _)| match node {
            Node::Question(position) => Some(*position),
            Node::Page(_) => None,
        })
        .collect()
}
