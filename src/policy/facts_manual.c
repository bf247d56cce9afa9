/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/facts.h"

#define REPORT_ROW(name, type, help)	{"Report", #name, type, help},
#define TARGET_ROW(name, type, help)	{"Target", #name, type, help},
#define IMAGE_ROW(name, type, help)	{"Image", #name, type, help},
#define REFERENCE_ROW(name, type, help) {"Reference", #name, type, help},
#define PORT_ROW(name, type, help)	{"Port", #name, type, help},
#define HISTORY_ROW(name, type, help)	{"History", #name, type, help},
#define LAYER_ROW(name, type, help)	{"Layer", #name, type, help},
#define PACKAGE_ROW(name, type, help)	{"Package", #name, type, help},
#define FINDING_ROW(name, type, help)	{"Finding", #name, type, help},
#define DISTRO_ROW(name, type, help)	{"Distro", #name, type, help},
#define COVERAGE_ROW(name, type, help)	{"Coverage", #name, type, help},
#define PROBLEM_ROW(name, type, help)	{"Problem", #name, type, help},

const struct facts_field facts_manual[] = {
	/* clang-format off */
	REPORT_FIELDS(REPORT_ROW)
	TARGET_FIELDS(TARGET_ROW)
	IMAGE_FIELDS(IMAGE_ROW)
	REFERENCE_FIELDS(REFERENCE_ROW)
	PORT_FIELDS(PORT_ROW)
	HISTORY_FIELDS(HISTORY_ROW)
	DISTRO_FIELDS(DISTRO_ROW)
	LAYER_FIELDS(LAYER_ROW)
	PACKAGE_FIELDS(PACKAGE_ROW)
	FINDING_FIELDS(FINDING_ROW)
	COVERAGE_FIELDS(COVERAGE_ROW)
	PROBLEM_FIELDS(PROBLEM_ROW)
	/* clang-format on */
	{NULL, NULL, NULL, NULL},
};
