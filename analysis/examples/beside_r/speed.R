# What R survey needs for the first questions of a made-up survey, by its 60 units.
#
# Rscript speed.R FOLDER QUESTIONS > FILE; FOLDER as the benchmarks of this crate write it.
arguments <- commandArgs(trailingOnly = TRUE)
suppressMessages(library(survey))
path <- function(name) file.path(arguments[1], name)
begin <- proc.time()
strata <- read.csv(path("strata.csv"))
people <- file.size(path("stratum.u16le")) / 2
stratum <- readBin(path("stratum.u16le"), integer(), people, 2, signed = FALSE, endian = "little")
answers <- matrix(readBin(path("answers.i8"), integer(), people * 34, 1), people, 34, byrow = TRUE)
answers[answers < 1] <- NA
sample <- data.frame(stratum, unit = stratum %/% 3, population = strata$N_h[stratum + 1],
                     (answers - 1) * 25)
rm(answers)
design <- svydesign(~1, strata = ~stratum, fpc = ~population, data = sample)
ready <- proc.time()
tables <- lapply(seq_len(as.integer(arguments[2])), function(question) {
  svyby(reformulate(paste0("X", question)), ~unit, design, svymean, na.rm = TRUE)
})
end <- proc.time()
for (question in seq_along(tables)) {
  figures <- c(coef(tables[[question]]), SE(tables[[question]]))
  cat("question_", question, "\t", paste(sprintf("%.17g", figures), collapse = " "), "\n", sep = "")
}
cpu <- function(time) sum(time[c("user.self", "sys.self")])
cat("wall\t", (ready - begin)["elapsed"], " ", (end - ready)["elapsed"], "\n", sep = "")
cat("cpu\t", cpu(ready) - cpu(begin), " ", cpu(end) - cpu(ready), "\n", sep = "")
status <- if (file.exists("/proc/self/status")) readLines("/proc/self/status") else character()
peak <- grep("^VmHWM:", status, value = TRUE)
cat("peak_mb\t", if (length(peak)) as.numeric(gsub("[^0-9]", "", peak)) / 1024 else "none", "\n", sep = "")
