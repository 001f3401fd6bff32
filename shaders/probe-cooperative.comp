/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Compiles where the compiler knows cooperative matrices. */
#version 450
#extension GL_KHR_cooperative_matrix : require

layout(local_size_x = 1) in;

void
main ()
{
}
