/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as facts for the rules of a policy, read where it lies: nothing is copied.
 *
 *     struct facts facts;
 *     r = facts_init(&facts, report, now, err);
 *     r = facts_env_new(each, params, &env, err);             what an expression may name
 *     facts_fill(&facts, values);                             the variables that all rules have
 *     facts.is_strict = true; facts.asked = 0;
 *     ... program_eval ...                                     facts.asked: bits 1 << enum area
 *     facts_done(&facts);
 *
 * Three values: what was not assessed is an error to ask for, never empty. A list of which only a
 * part is known gives that part, unless is_strict: then it is an error too. So an expression that
 * gives a value when strict is decided, whatever may be missing (CEL absorbs errors in && and ||),
 * and `asked` names the areas that were asked for and are not fully assessed.
 *
 * The lists below are the manual of the fields: name, type, meaning. A field that is not known
 * (image.created, finding.cvss) is unset: has() is false, reading it an error. Bytes of the image
 * that are not UTF-8 are written \xHH.
 *
 * Functions: finding.is_called(string): by any of its names; package.in_range(string): ">= 1, < 2"
 * in the order of its ecosystem; string.glob(string): '*' and '?' within a component, '**' over
 * components. Constants for finding.level: UNKNOWN < NEGLIGIBLE < LOW < MEDIUM < HIGH < CRITICAL.
 *
 * Ownership: borrows the report. Threads: one at a time. Errors: ERR_NOMEM.
 */
#pragma once

#include "expr/env.h"
#include "policy/gaps.h"

#define REPORT_FIELDS(FIELD)                                                                       \
	FIELD(complete, "bool", "everything was assessed")                                         \
	FIELD(coverage, "list(Coverage)", "what was looked at")                                    \
	FIELD(problems, "list(Problem)", "broken or refused parts of the input")                   \
	FIELD(layers, "list(Layer)", "bottom-up")                                                  \
	FIELD(packages, "list(Package)", "installed")                                              \
	FIELD(findings, "list(Finding)", "of every kind; without the suppressed ones")             \
	FIELD(vulnerabilities, "list(Finding)", "those of that kind")                              \
	FIELD(secrets, "list(Finding)", "those of that kind")                                      \
	FIELD(malware, "list(Finding)", "those of that kind")                                      \
	FIELD(misconfigurations, "list(Finding)", "those of that kind")                            \
	FIELD(waste, "list(Finding)", "those of that kind")                                        \
	FIELD(suppressed, "list(Finding)", "that a rule or VEX took off the list")                 \
	FIELD(signatures, "list(dyn)", "verified ones of the image")                               \
	FIELD(sboms, "list(dyn)", "attached to the image")                                         \
	FIELD(size, "int", "bytes of the files in the finished tree")                              \
	FIELD(n_files, "int", "files in the finished tree")                                        \
	FIELD(tool_version, "string", "of the plimsoll that made it")

#define TARGET_FIELDS(FIELD)                                                                       \
	FIELD(given, "string", "as it was written")                                                \
	FIELD(transport, "string", "docker, docker-archive, oci, rootfs, sbom, ...")               \
	FIELD(location, "string", "file, directory or reference")                                  \
	FIELD(is_image, "bool", "an image with its configuration")                                 \
	FIELD(is_sbom, "bool", "a list of packages that somebody else made")

#define IMAGE_FIELDS(FIELD)                                                                        \
	FIELD(name, "string", "reference or tag by which it was chosen")                           \
	FIELD(reference, "Reference", "the name taken apart; unset: the name has no registry")     \
	FIELD(base, "Reference", "as org.opencontainers.image.base.name; unset: no such label")    \
	FIELD(base_digest, "string", "as org.opencontainers.image.base.digest; unset: no label")   \
	FIELD(digest, "string", "of the manifest; unset: unknown")                                 \
	FIELD(config_digest, "string", "of the configuration; unset: unknown")                     \
	FIELD(os, "string", "linux")                                                               \
	FIELD(architecture, "string", "amd64, arm64, ...")                                         \
	FIELD(variant, "string", "v8; or empty")                                                   \
	FIELD(created, "timestamp", "as it says; unset: it does not say")                          \
	FIELD(author, "string", "as it says; or empty")                                            \
	FIELD(user, "string", "as configured; empty: root")                                        \
	FIELD(runs_as_root, "bool", "the user is empty, root or 0, whatever the group")            \
	FIELD(ports, "list(Port)", "exposed")                                                      \
	FIELD(env, "map(string, string)", "environment variables")                                 \
	FIELD(labels, "map(string, string)", "of the configuration")                               \
	FIELD(annotations, "map(string, string)", "of the manifest")                               \
	FIELD(entrypoint, "list(string)", "its words")                                             \
	FIELD(cmd, "list(string)", "its words")                                                    \
	FIELD(volumes, "list(string)", "declared paths")                                           \
	FIELD(working_dir, "string", "or empty")                                                   \
	FIELD(stop_signal, "string", "or empty")                                                   \
	FIELD(healthcheck, "string", "its test; or empty")                                         \
	FIELD(has_healthcheck, "bool", "there is one, and it is not NONE")                         \
	FIELD(history, "list(History)", "the instructions that made it, oldest first")

#define REFERENCE_FIELDS(FIELD)                                                                    \
	FIELD(text, "string", "as written")                                                        \
	FIELD(registry, "string", "docker.io when none is written")                                \
	FIELD(repository, "string", "library/alpine")                                              \
	FIELD(tag, "string", "latest when neither tag nor digest is written")                      \
	FIELD(digest, "string", "sha256:..., or empty")

#define PORT_FIELDS(FIELD)                                                                         \
	FIELD(number, "int", "80; unset: it is no number")                                         \
	FIELD(protocol, "string", "tcp, udp, sctp")                                                \
	FIELD(text, "string", "as written: 80/tcp")

#define HISTORY_FIELDS(FIELD)                                                                      \
	FIELD(created_by, "string", "as the builder wrote it")                                     \
	FIELD(instruction, "string", "RUN, COPY, ADD, ENV, ...; empty: not told")                  \
	FIELD(created, "timestamp", "or unset")                                                    \
	FIELD(empty_layer, "bool", "it made no layer")

#define LAYER_FIELDS(FIELD)                                                                        \
	FIELD(index, "int", "from 0, bottom-up")                                                   \
	FIELD(digest, "string", "as stored; or empty")                                             \
	FIELD(diff_id, "string", "of the tar inside")                                              \
	FIELD(media_type, "string", "or empty")                                                    \
	FIELD(created_by, "string", "the instruction; or empty")                                   \
	FIELD(created, "timestamp", "or unset")                                                    \
	FIELD(blob_size, "int", "bytes as stored")                                                 \
	FIELD(size, "int", "bytes of its files")                                                   \
	FIELD(n_entries, "int", "files, directories, links")                                       \
	FIELD(n_packages, "int", "that it brought")                                                \
	FIELD(assessed, "bool", "it was read to its end")

#define PACKAGE_FIELDS(FIELD)                                                                      \
	FIELD(name, "string", "as its database writes it")                                         \
	FIELD(version, "string", "as its database writes it")                                      \
	FIELD(type, "string", "of the package URL: deb, rpm, apk, ...")                            \
	FIELD(namespace, "string", "of the package URL; or empty")                                 \
	FIELD(arch, "string", "or empty")                                                          \
	FIELD(purl, "string", "the package URL")                                                   \
	FIELD(source, "string", "name of the source package; else the name")                       \
	FIELD(source_version, "string", "of the source package; else the version")                 \
	FIELD(licenses, "list(string)", "as written")                                              \
	FIELD(vendor, "string", "who built it; or empty")                                          \
	FIELD(layer, "int", "index of the layer that brought it")                                  \
	FIELD(path, "string", "the database that lists it")

#define FINDING_FIELDS(FIELD)                                                                      \
	FIELD(id, "string", "stable name of this one finding")                                     \
	FIELD(kind, "string", "vulnerability, secret, ...")                                        \
	FIELD(rule, "string", "CVE-2026-0001, or the id of a rule")                                \
	FIELD(title, "string", "one line")                                                         \
	FIELD(severity, "string", "critical, high, medium, low, negligible, unknown")              \
	FIELD(level, "int", "the severity as a number: >= HIGH")                                   \
	FIELD(status, "string", "affected, will_not_fix, ...")                                     \
	FIELD(fixable, "bool", "a version with the fix is there")                                  \
	FIELD(fix_version, "string", "first version without it; or empty")                         \
	FIELD(known_exploited, "bool", "CISA lists it as exploited")                               \
	FIELD(exploited_since, "timestamp", "or unset")                                            \
	FIELD(epss, "double", "probability; unset: none is known")                                 \
	FIELD(cvss, "double", "highest base score; unset: none is known")                          \
	FIELD(risk, "double", "0 to 100; unset: not judged")                                       \
	FIELD(confidence, "double", "0 to 1")                                                      \
	FIELD(aliases, "list(string)", "other names of it")                                        \
	FIELD(codes, "list(string)", "the same rule in other tools")                               \
	FIELD(package, "string", "name of the package; or empty")                                  \
	FIELD(version, "string", "of the package; or empty")                                       \
	FIELD(type, "string", "of its package URL; or empty")                                      \
	FIELD(source, "string", "name of its source package; else the name")                       \
	FIELD(purl, "string", "its package URL; or empty")                                         \
	FIELD(paths, "list(string)", "files that show it")                                         \
	FIELD(saved, "int", "bytes that the fix of waste saves; 0: not known")                     \
	FIELD(origin, "string", "base, own, copied; or empty")                                     \
	FIELD(suppressed_by, "string", "the rule that took it off the list; or empty")

#define DISTRO_FIELDS(FIELD)                                                                       \
	FIELD(id, "string", "debian")                                                              \
	FIELD(version, "string", "12; or empty")                                                   \
	FIELD(release, "string", "debian-12")                                                      \
	FIELD(name, "string", "as it calls itself")                                                \
	FIELD(end_of_life, "timestamp", "end of its support; unset: not known")                    \
	FIELD(is_supported, "bool", "that day has not passed; unset: unknown")

#define COVERAGE_FIELDS(FIELD)                                                                     \
	FIELD(what, "string", "vulnerabilities (debian-12), ...")                                  \
	FIELD(state, "string", "assessed, partial, not-assessed")                                  \
	FIELD(reason, "string", "or empty")                                                        \
	FIELD(count, "int", "of things concerned")

#define PROBLEM_FIELDS(FIELD)                                                                      \
	FIELD(path, "string", "in the image; or empty")                                            \
	FIELD(layer, "string", "diff id; or empty")                                                \
	FIELD(parser, "string", "what read it")                                                    \
	FIELD(code, "string", "format, limit, ...")                                                \
	FIELD(message, "string", "one line")

/* An object handed to expressions; object.data is the thing in the report. */
struct facts;
struct fact {
	struct object object;
	struct facts *facts;
	size_t index; /* of a layer */
};

struct finding_list {
	const struct finding **p;
	size_t n;
};

struct facts {
	const struct report *report;
	int64_t now;
	struct arena arena;
	struct gaps gaps;
	struct finding_list findings, suppressed, of_kind[FINDING_RUNTIME + 1];
	struct fact root, target, image, distro;
	/* Taken apart when first asked for: the image's name, its base. */
	struct {
		bool made;
		const struct object *object; /* NULL: it is none */
	} references[2];
	bool is_strict;
	unsigned asked; /* bits 1 << enum area */
};

int facts_init(struct facts *f, const struct report *r, int64_t now, struct err *err);
void facts_done(struct facts *f);

/* ---- what rules can be about ---- */

struct each {
	const char *name;		  /* "vulnerability" */
	const char *variable;		  /* "pkg", since "package" is reserved in CEL */
	const struct object_class *class; /* NULL: the report as a whole */
	unsigned areas;			  /* bits: what must be assessed to know all of them */
	const char *help;
};

extern const struct each eaches[]; /* the first is the report; NULL name ends */

/* How many there are, and the i-th with words for people (in the arena of the facts). */
size_t each_count(const struct facts *f, const struct each *each);
struct fact each_at(struct facts *f, const struct each *each, size_t i);
/* Why those in the report are not all, besides the areas; empty: they are. */
struct str each_missing(const struct facts *f, const struct each *each);
struct str each_words(const struct each *each, const struct fact *x, struct arena *a);
struct str each_finding(const struct each *each, const struct fact *x); /* its id, or empty */

/* ---- the names of expressions ---- */

#define FACTS_VARIABLES_MAX 6

struct facts_variable {
	const char *name, *type, *help;
};
extern const struct facts_variable facts_variables[];	 /* of all rules; NULL name ends */
extern const struct object_class *const facts_classes[]; /* NULL-ended */

/* The manual: every field of every class, in the order above. */
struct facts_field {
	const char *class, *name, *type, *help;
};
extern const struct facts_field facts_manual[]; /* NULL class ends */

struct yaml_node;
int facts_env_new(const struct each *each, const struct yaml_node *params, struct env **ret,
		  struct err *err);

/* The variables that all have; *ret_n: their number, where that of `each` comes. */
void facts_fill(const struct facts *f, struct value values[FACTS_VARIABLES_MAX], size_t *ret_n);

/* ---- shared by the files of these facts ---- */

extern const struct function_row facts_functions[]; /* NULL name ends */

struct value fact_text(struct call *c, struct str s);
struct value fact_text_or_absent(struct call *c, struct str s);
struct value fact_texts(struct call *c, struct str_list list);
struct value fact_time(struct str rfc3339); /* absent when it is none */
struct value fact_number(uint64_t n);
struct value fact_object(struct call *c, struct facts *f, const struct object_class *class,
			 const void *data, size_t index);

/* Absent, or the error: the area is not assessed, or in part and that does not do. */
struct value fact_need(struct call *c, struct facts *f, enum area area, bool has_some);
