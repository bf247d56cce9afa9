/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands of an image need of its files: the closure over what programs name, by the
 * rules with which the kernel, the dynamic linker, Python, Node and Perl find files.
 *
 *     struct closure_input in = {.merge = &merge, .layers = layers, .report = report};
 *     r = closure_find(&in, report, err);              fills report->needs
 *
 * From the configuration's entrypoint, command and health check (or `run`) each file is followed to
 * what it names: closure_elf.c libraries, closure_python.c and closure_node.c modules,
 * closure_script.c what scripts run, closure_assume.c what libraries read without naming it.
 *
 * What is sure (a library in DT_NEEDED, an import that is found) is told from what is assumed (a
 * name in a program's data, a rule about the C library). Too much is named rather than too little;
 * what cannot be followed is listed, and lowers the confidence.
 *
 * Ownership: results live in the report's arena. Threads: one. Errors: ERR_NOMEM.
 * Limits: needs_files, needs_gaps; path_bytes.
 */
#pragma once

#include "image/merge.h"
#include "report/report.h"

/* What a file of a layer names: the bytes of closure/program.h. */
struct closure_program {
	uint32_t node; /* of the layer's own tree */
	struct str bytes;
};

struct closure_layer {
	const struct closure_program *programs; /* by node */
	size_t n;
};

struct closure_input {
	const struct merge *merge;
	const struct closure_layer *layers; /* one for each of the merge's */
	struct str run;			    /* a command line instead of the configuration's */
	struct str_list keep;		    /* paths that are needed besides */
};

int closure_find(const struct closure_input *in, struct report *report, struct err *err);
