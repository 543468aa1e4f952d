# What R survey says of the reference data: one line per quantity, its name, a tab, its numbers.
#
# Rscript survey.R DATA FOLDER > FILE; the bootstrap weights that R draws go to FOLDER.
suppressMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
data <- function(name, folder = arguments[1]) {
  read.csv(file.path(folder, paste0(name, ".csv")), na.strings = "", stringsAsFactors = FALSE)
}
say <- function(name, ...) {
  numbers <- as.numeric(c(...))
  written <- ifelse(is.finite(numbers), sprintf("%.17g", numbers), "none")
  cat(name, "\t", paste(written, collapse = " "), "\n", sep = "")
}
with_error <- function(estimate) c(coef(estimate), SE(estimate))
or_none <- function(expression, numbers) tryCatch(expression, error = function(e) rep(NaN, numbers))

options(survey.lonely.psu = "fail")
cat("version\tR ", R.version$major, ".", R.version$minor, ", survey ",
    format(packageVersion("survey")), "\n", sep = "")

# Schools: a stratified sample, a sample of persons, two samples of clusters.
schools <- data("apistrat")
stratified <- svydesign(~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = schools)
without_fpc <- svydesign(~1, strata = ~stype, weights = ~pw, data = schools)
say("mean", with_error(svymean(~api00, stratified)))
say("mean_limits", degf(stratified), confint(svymean(~api00, stratified), df = degf(stratified)))
say("without_fpc", SE(svymean(~api00, without_fpc)))
say("deff", deff(svymean(~api00, stratified, deff = TRUE)),
    deff(svymean(~api00, stratified, deff = "replace")))
say("total", with_error(svytotal(~enroll, stratified)))
say("ratio", with_error(svyratio(~api.stu, ~enroll, stratified)))
two_stages <- svydesign(~dnum + snum, fpc = ~fpc1 + fpc2, data = data("apiclus2"))
say("two_stages", with_error(svymean(~api00, two_stages)))

# Respondents of 12 units: domains, shares, missing answers.
people <- data("pub_units")
units <- svydesign(~1, strata = ~stratum, fpc = ~N_h, data = people)
one <- subset(units, unit == "U03" & !is.na(s1))
say("limits", degf(one), confint(svymean(~s1, one), df = degf(one)))
for (method in c("beta", "logit", "likelihood", "asin")) {
  say(paste0("share_", method), attr(svyciprop(~sat1, one, method = method), "ci"))
}
happy <- function(strata) {
  answers <- subset(units, stratum %in% strata & !is.na(sat8))
  or_none(suppressWarnings(attr(svyciprop(~sat8, answers, method = "beta"), "ci")), 2)
}
say("all_happy", happy("U11_official"), happy(c("U11_official", "U02_enterprise")))
means <- svyby(~s1, ~unit, units, svymean, na.rm = TRUE)
say("domains", coef(means), SE(means))
say("covariance_asked", or_none(
  with_error(svycontrast(svyby(~s1, ~unit, units, svymean, na.rm = TRUE, covmat = TRUE),
                         list(c(1, -1, rep(0, 10))))), 2))
answered <- svyby(~s1, ~unit, subset(units, !is.na(s1)), svymean, covmat = TRUE)
say("difference", with_error(svycontrast(answered, list(c(1, -1, rep(0, 10))))))
groups <- svyttest(s1 ~ gender, units)
say("two_groups", groups$statistic, groups$p.value)

# Quantiles, models, tests.
median <- svyquantile(~api00, stratified, 0.5, qrule = "school", interval.type = "mean")
say("median", coef(median), confint(median))
model <- svyglm(api00 ~ ell + meals + stype, stratified)
say("regression", coef(model), SE(model))
clusters <- svydesign(~dnum, weights = ~pw, fpc = ~fpc, data = data("apiclus1"))
test <- function(statistic) svychisq(~sch.wide + stype, clusters, statistic = statistic)
say("rao_scott", test("F")$statistic, test("F")$p.value)
say("other_tests", test("Wald")$statistic, test("Wald")$p.value, test("adjWald")$p.value,
    test("Chisq")$p.value)
say("saddlepoint", test("saddlepoint")$p.value)

# Weights made to meet known counts.
persons <- svydesign(~1, weights = ~pw, fpc = ~fpc, data = data("apisrs"))
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
wide <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
say("poststratified", with_error(svymean(~api00, postStratify(persons, ~stype, types))))
say("raked", with_error(svymean(~api00, rake(persons, list(~stype, ~sch.wide), list(types, wide),
                                             control = list(maxit = 200, epsilon = 1e-10)))))
totals <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069)
calibrated <- function(distance, bounds = c(-Inf, Inf)) {
  with_error(svymean(~api00, calibrate(clusters, ~stype + api99, totals, calfun = distance,
                                       bounds = bounds, maxit = 200, epsilon = 1e-13)))
}
say("calibrated", calibrated("linear"), calibrated("raking"), calibrated("logit", c(0.3, 3)))

# Replicate weights.
jackknife <- as.svrepdesign(stratified, type = "JKn", mse = TRUE)
say("jackknife", with_error(svymean(~api00, jackknife)))
balanced <- svrepdesign(data = data("scd"), repweights = as.matrix(data("rep_scd_brr")),
                        weights = ~one, type = "BRR", combined.weights = FALSE)
say("balanced", with_error(svyratio(~alive, ~arrests, balanced)))
set.seed(1)
bootstrap <- as.svrepdesign(without_fpc, type = "subbootstrap", replicates = 200)
weights <- apply(weights(bootstrap, "analysis"), 2, function(w) sprintf("%.17g", w))
write.table(weights, file.path(arguments[2], "bootstrap.csv"), sep = ",", quote = FALSE,
            row.names = FALSE, col.names = paste0("w", 1:200))
say("bootstrap_scales", bootstrap$scale, bootstrap$rscales)
say("bootstrap", with_error(svymean(~api00, bootstrap)))

# A stratum of one, and a census.
lonely <- function(rule) {
  options(survey.lonely.psu = rule)
  sample <- svydesign(~1, strata = ~stratum, fpc = ~N_h, data = data("pub_lonely"))
  with_error(svymean(~s1, subset(sample, unit == "U02"), na.rm = TRUE))
}
say("lonely_fail", or_none(lonely("fail"), 2))
say("lonely_rules", lonely("remove"), lonely("adjust"), lonely("average"))
options(survey.lonely.psu = "fail")
census <- svydesign(~1, strata = ~stratum, fpc = ~N_h, data = data("pub_census"))
say("census", with_error(svymean(~s1, census, na.rm = TRUE)))
