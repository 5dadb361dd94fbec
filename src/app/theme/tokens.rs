//! Colours and type scale of the Digital Agency's design system.
//!
//! Written by `make design-tokens` from the npm package `@digital-go-jp/design-tokens` 1.1.9, whose
//! licence follows; not edited by hand. The names are the package's.

// MIT License
//
// Copyright (c) 2023 デジタル庁
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.

#![allow(dead_code, reason = "whole scales, used or not")]

use eframe::egui::Color32;

pub(super) const BLUE_50: Color32 = Color32::from_rgb(0xe8, 0xf1, 0xfe);
pub(super) const BLUE_100: Color32 = Color32::from_rgb(0xd9, 0xe6, 0xff);
pub(super) const BLUE_200: Color32 = Color32::from_rgb(0xc5, 0xd7, 0xfb);
pub(super) const BLUE_300: Color32 = Color32::from_rgb(0x9d, 0xb7, 0xf9);
pub(super) const BLUE_400: Color32 = Color32::from_rgb(0x70, 0x96, 0xf8);
pub(super) const BLUE_500: Color32 = Color32::from_rgb(0x49, 0x79, 0xf5);
pub(super) const BLUE_600: Color32 = Color32::from_rgb(0x34, 0x60, 0xfb);
pub(super) const BLUE_700: Color32 = Color32::from_rgb(0x26, 0x4a, 0xf4);
pub(super) const BLUE_800: Color32 = Color32::from_rgb(0x00, 0x31, 0xd8);
pub(super) const BLUE_900: Color32 = Color32::from_rgb(0x00, 0x17, 0xc1);
pub(super) const BLUE_1000: Color32 = Color32::from_rgb(0x00, 0x11, 0x8f);
pub(super) const BLUE_1100: Color32 = Color32::from_rgb(0x00, 0x00, 0x71);
pub(super) const BLUE_1200: Color32 = Color32::from_rgb(0x00, 0x00, 0x60);
pub(super) const LIGHT_BLUE_50: Color32 = Color32::from_rgb(0xf0, 0xf9, 0xff);
pub(super) const LIGHT_BLUE_100: Color32 = Color32::from_rgb(0xdc, 0xf0, 0xff);
pub(super) const LIGHT_BLUE_200: Color32 = Color32::from_rgb(0xc0, 0xe4, 0xff);
pub(super) const LIGHT_BLUE_300: Color32 = Color32::from_rgb(0x97, 0xd3, 0xff);
pub(super) const LIGHT_BLUE_400: Color32 = Color32::from_rgb(0x57, 0xb8, 0xff);
pub(super) const LIGHT_BLUE_500: Color32 = Color32::from_rgb(0x39, 0xab, 0xff);
pub(super) const LIGHT_BLUE_600: Color32 = Color32::from_rgb(0x00, 0x8b, 0xf2);
pub(super) const LIGHT_BLUE_700: Color32 = Color32::from_rgb(0x08, 0x77, 0xd7);
pub(super) const LIGHT_BLUE_800: Color32 = Color32::from_rgb(0x00, 0x66, 0xbe);
pub(super) const LIGHT_BLUE_900: Color32 = Color32::from_rgb(0x00, 0x55, 0xad);
pub(super) const LIGHT_BLUE_1000: Color32 = Color32::from_rgb(0x00, 0x42, 0x8c);
pub(super) const LIGHT_BLUE_1100: Color32 = Color32::from_rgb(0x00, 0x31, 0x6a);
pub(super) const LIGHT_BLUE_1200: Color32 = Color32::from_rgb(0x00, 0x23, 0x4b);
pub(super) const CYAN_50: Color32 = Color32::from_rgb(0xe9, 0xf7, 0xf9);
pub(super) const CYAN_100: Color32 = Color32::from_rgb(0xc8, 0xf8, 0xff);
pub(super) const CYAN_200: Color32 = Color32::from_rgb(0x99, 0xf2, 0xff);
pub(super) const CYAN_300: Color32 = Color32::from_rgb(0x79, 0xe2, 0xf2);
pub(super) const CYAN_400: Color32 = Color32::from_rgb(0x2b, 0xc8, 0xe4);
pub(super) const CYAN_500: Color32 = Color32::from_rgb(0x01, 0xb7, 0xd6);
pub(super) const CYAN_600: Color32 = Color32::from_rgb(0x00, 0xa3, 0xbf);
pub(super) const CYAN_700: Color32 = Color32::from_rgb(0x00, 0x8d, 0xa6);
pub(super) const CYAN_800: Color32 = Color32::from_rgb(0x00, 0x82, 0x99);
pub(super) const CYAN_900: Color32 = Color32::from_rgb(0x00, 0x6f, 0x83);
pub(super) const CYAN_1000: Color32 = Color32::from_rgb(0x00, 0x61, 0x73);
pub(super) const CYAN_1100: Color32 = Color32::from_rgb(0x00, 0x4c, 0x59);
pub(super) const CYAN_1200: Color32 = Color32::from_rgb(0x00, 0x37, 0x41);
pub(super) const GREEN_50: Color32 = Color32::from_rgb(0xe6, 0xf5, 0xec);
pub(super) const GREEN_100: Color32 = Color32::from_rgb(0xc2, 0xe5, 0xd1);
pub(super) const GREEN_200: Color32 = Color32::from_rgb(0x9b, 0xd4, 0xb5);
pub(super) const GREEN_300: Color32 = Color32::from_rgb(0x71, 0xc5, 0x98);
pub(super) const GREEN_400: Color32 = Color32::from_rgb(0x51, 0xb8, 0x83);
pub(super) const GREEN_500: Color32 = Color32::from_rgb(0x2c, 0xac, 0x6e);
pub(super) const GREEN_600: Color32 = Color32::from_rgb(0x25, 0x9d, 0x63);
pub(super) const GREEN_700: Color32 = Color32::from_rgb(0x1d, 0x8b, 0x56);
pub(super) const GREEN_800: Color32 = Color32::from_rgb(0x19, 0x7a, 0x4b);
pub(super) const GREEN_900: Color32 = Color32::from_rgb(0x11, 0x5a, 0x36);
pub(super) const GREEN_1000: Color32 = Color32::from_rgb(0x0c, 0x47, 0x2a);
pub(super) const GREEN_1100: Color32 = Color32::from_rgb(0x08, 0x35, 0x1f);
pub(super) const GREEN_1200: Color32 = Color32::from_rgb(0x03, 0x22, 0x13);
pub(super) const LIME_50: Color32 = Color32::from_rgb(0xeb, 0xfa, 0xd9);
pub(super) const LIME_100: Color32 = Color32::from_rgb(0xd0, 0xf5, 0xa2);
pub(super) const LIME_200: Color32 = Color32::from_rgb(0xc0, 0xf3, 0x54);
pub(super) const LIME_300: Color32 = Color32::from_rgb(0xad, 0xe8, 0x30);
pub(super) const LIME_400: Color32 = Color32::from_rgb(0x9d, 0xdd, 0x15);
pub(super) const LIME_500: Color32 = Color32::from_rgb(0x8c, 0xc8, 0x0c);
pub(super) const LIME_600: Color32 = Color32::from_rgb(0x7e, 0xb4, 0x0d);
pub(super) const LIME_700: Color32 = Color32::from_rgb(0x6f, 0xa1, 0x04);
pub(super) const LIME_800: Color32 = Color32::from_rgb(0x61, 0x8e, 0x00);
pub(super) const LIME_900: Color32 = Color32::from_rgb(0x50, 0x75, 0x00);
pub(super) const LIME_1000: Color32 = Color32::from_rgb(0x3e, 0x5a, 0x00);
pub(super) const LIME_1100: Color32 = Color32::from_rgb(0x2c, 0x41, 0x00);
pub(super) const LIME_1200: Color32 = Color32::from_rgb(0x1e, 0x2d, 0x00);
pub(super) const YELLOW_50: Color32 = Color32::from_rgb(0xfb, 0xf5, 0xe0);
pub(super) const YELLOW_100: Color32 = Color32::from_rgb(0xff, 0xf0, 0xb3);
pub(super) const YELLOW_200: Color32 = Color32::from_rgb(0xff, 0xe3, 0x80);
pub(super) const YELLOW_300: Color32 = Color32::from_rgb(0xff, 0xd4, 0x3d);
pub(super) const YELLOW_400: Color32 = Color32::from_rgb(0xff, 0xc7, 0x00);
pub(super) const YELLOW_500: Color32 = Color32::from_rgb(0xeb, 0xb7, 0x00);
pub(super) const YELLOW_600: Color32 = Color32::from_rgb(0xd2, 0xa4, 0x00);
pub(super) const YELLOW_700: Color32 = Color32::from_rgb(0xb7, 0x8f, 0x00);
pub(super) const YELLOW_800: Color32 = Color32::from_rgb(0xa5, 0x80, 0x00);
pub(super) const YELLOW_900: Color32 = Color32::from_rgb(0x92, 0x72, 0x00);
pub(super) const YELLOW_1000: Color32 = Color32::from_rgb(0x80, 0x63, 0x00);
pub(super) const YELLOW_1100: Color32 = Color32::from_rgb(0x6e, 0x56, 0x00);
pub(super) const YELLOW_1200: Color32 = Color32::from_rgb(0x60, 0x4b, 0x00);
pub(super) const ORANGE_50: Color32 = Color32::from_rgb(0xff, 0xee, 0xe2);
pub(super) const ORANGE_100: Color32 = Color32::from_rgb(0xff, 0xdf, 0xca);
pub(super) const ORANGE_200: Color32 = Color32::from_rgb(0xff, 0xc1, 0x99);
pub(super) const ORANGE_300: Color32 = Color32::from_rgb(0xff, 0xa6, 0x6d);
pub(super) const ORANGE_400: Color32 = Color32::from_rgb(0xff, 0x8d, 0x44);
pub(super) const ORANGE_500: Color32 = Color32::from_rgb(0xff, 0x76, 0x28);
pub(super) const ORANGE_600: Color32 = Color32::from_rgb(0xfb, 0x5b, 0x01);
pub(super) const ORANGE_700: Color32 = Color32::from_rgb(0xe2, 0x51, 0x00);
pub(super) const ORANGE_800: Color32 = Color32::from_rgb(0xc7, 0x47, 0x00);
pub(super) const ORANGE_900: Color32 = Color32::from_rgb(0xac, 0x3e, 0x00);
pub(super) const ORANGE_1000: Color32 = Color32::from_rgb(0x8b, 0x32, 0x00);
pub(super) const ORANGE_1100: Color32 = Color32::from_rgb(0x6d, 0x27, 0x00);
pub(super) const ORANGE_1200: Color32 = Color32::from_rgb(0x54, 0x1e, 0x00);
pub(super) const RED_50: Color32 = Color32::from_rgb(0xfd, 0xee, 0xee);
pub(super) const RED_100: Color32 = Color32::from_rgb(0xff, 0xda, 0xda);
pub(super) const RED_200: Color32 = Color32::from_rgb(0xff, 0xbb, 0xbb);
pub(super) const RED_300: Color32 = Color32::from_rgb(0xff, 0x96, 0x96);
pub(super) const RED_400: Color32 = Color32::from_rgb(0xff, 0x71, 0x71);
pub(super) const RED_500: Color32 = Color32::from_rgb(0xff, 0x54, 0x54);
pub(super) const RED_600: Color32 = Color32::from_rgb(0xfe, 0x39, 0x39);
pub(super) const RED_700: Color32 = Color32::from_rgb(0xfa, 0x00, 0x00);
pub(super) const RED_800: Color32 = Color32::from_rgb(0xec, 0x00, 0x00);
pub(super) const RED_900: Color32 = Color32::from_rgb(0xce, 0x00, 0x00);
pub(super) const RED_1000: Color32 = Color32::from_rgb(0xa9, 0x00, 0x00);
pub(super) const RED_1100: Color32 = Color32::from_rgb(0x85, 0x00, 0x00);
pub(super) const RED_1200: Color32 = Color32::from_rgb(0x62, 0x00, 0x00);
pub(super) const MAGENTA_50: Color32 = Color32::from_rgb(0xf3, 0xe5, 0xf4);
pub(super) const MAGENTA_100: Color32 = Color32::from_rgb(0xff, 0xd0, 0xff);
pub(super) const MAGENTA_200: Color32 = Color32::from_rgb(0xff, 0xae, 0xff);
pub(super) const MAGENTA_300: Color32 = Color32::from_rgb(0xff, 0x8e, 0xff);
pub(super) const MAGENTA_400: Color32 = Color32::from_rgb(0xf6, 0x61, 0xf6);
pub(super) const MAGENTA_500: Color32 = Color32::from_rgb(0xf1, 0x37, 0xf1);
pub(super) const MAGENTA_600: Color32 = Color32::from_rgb(0xdb, 0x00, 0xdb);
pub(super) const MAGENTA_700: Color32 = Color32::from_rgb(0xc0, 0x00, 0xc0);
pub(super) const MAGENTA_800: Color32 = Color32::from_rgb(0xaa, 0x00, 0xaa);
pub(super) const MAGENTA_900: Color32 = Color32::from_rgb(0x8b, 0x00, 0x8b);
pub(super) const MAGENTA_1000: Color32 = Color32::from_rgb(0x6c, 0x00, 0x6c);
pub(super) const MAGENTA_1100: Color32 = Color32::from_rgb(0x50, 0x00, 0x50);
pub(super) const MAGENTA_1200: Color32 = Color32::from_rgb(0x3b, 0x00, 0x3b);
pub(super) const PURPLE_50: Color32 = Color32::from_rgb(0xf1, 0xea, 0xfa);
pub(super) const PURPLE_100: Color32 = Color32::from_rgb(0xec, 0xdd, 0xff);
pub(super) const PURPLE_200: Color32 = Color32::from_rgb(0xdd, 0xc2, 0xff);
pub(super) const PURPLE_300: Color32 = Color32::from_rgb(0xcd, 0xa6, 0xff);
pub(super) const PURPLE_400: Color32 = Color32::from_rgb(0xbb, 0x87, 0xff);
pub(super) const PURPLE_500: Color32 = Color32::from_rgb(0xa5, 0x65, 0xf8);
pub(super) const PURPLE_600: Color32 = Color32::from_rgb(0x88, 0x43, 0xe1);
pub(super) const PURPLE_700: Color32 = Color32::from_rgb(0x6f, 0x23, 0xd0);
pub(super) const PURPLE_800: Color32 = Color32::from_rgb(0x5c, 0x10, 0xbe);
pub(super) const PURPLE_900: Color32 = Color32::from_rgb(0x51, 0x09, 0xad);
pub(super) const PURPLE_1000: Color32 = Color32::from_rgb(0x41, 0x04, 0x8e);
pub(super) const PURPLE_1100: Color32 = Color32::from_rgb(0x30, 0x01, 0x6c);
pub(super) const PURPLE_1200: Color32 = Color32::from_rgb(0x21, 0x00, 0x4b);
pub(super) const WHITE: Color32 = Color32::from_rgb(0xff, 0xff, 0xff);
pub(super) const BLACK: Color32 = Color32::from_rgb(0x00, 0x00, 0x00);
pub(super) const SOLID_GRAY_50: Color32 = Color32::from_rgb(0xf2, 0xf2, 0xf2);
pub(super) const SOLID_GRAY_100: Color32 = Color32::from_rgb(0xe6, 0xe6, 0xe6);
pub(super) const SOLID_GRAY_200: Color32 = Color32::from_rgb(0xcc, 0xcc, 0xcc);
pub(super) const SOLID_GRAY_300: Color32 = Color32::from_rgb(0xb3, 0xb3, 0xb3);
pub(super) const SOLID_GRAY_400: Color32 = Color32::from_rgb(0x99, 0x99, 0x99);
pub(super) const SOLID_GRAY_420: Color32 = Color32::from_rgb(0x94, 0x94, 0x94);
pub(super) const SOLID_GRAY_500: Color32 = Color32::from_rgb(0x7f, 0x7f, 0x7f);
pub(super) const SOLID_GRAY_536: Color32 = Color32::from_rgb(0x76, 0x76, 0x76);
pub(super) const SOLID_GRAY_600: Color32 = Color32::from_rgb(0x66, 0x66, 0x66);
pub(super) const SOLID_GRAY_700: Color32 = Color32::from_rgb(0x4d, 0x4d, 0x4d);
pub(super) const SOLID_GRAY_800: Color32 = Color32::from_rgb(0x33, 0x33, 0x33);
pub(super) const SOLID_GRAY_900: Color32 = Color32::from_rgb(0x1a, 0x1a, 0x1a);
pub(super) const SUCCESS_1: Color32 = GREEN_600;
pub(super) const SUCCESS_2: Color32 = GREEN_800;
pub(super) const ERROR_1: Color32 = RED_800;
pub(super) const ERROR_2: Color32 = RED_900;
pub(super) const WARNING_YELLOW_1: Color32 = YELLOW_700;
pub(super) const WARNING_YELLOW_2: Color32 = YELLOW_900;
pub(super) const WARNING_ORANGE_1: Color32 = ORANGE_600;
pub(super) const WARNING_ORANGE_2: Color32 = ORANGE_800;

// Font sizes in px.
pub(super) const FONT_SIZE_14: f32 = 14.0;
pub(super) const FONT_SIZE_16: f32 = 16.0;
pub(super) const FONT_SIZE_17: f32 = 17.0;
pub(super) const FONT_SIZE_18: f32 = 18.0;
pub(super) const FONT_SIZE_20: f32 = 20.0;
pub(super) const FONT_SIZE_22: f32 = 22.0;
pub(super) const FONT_SIZE_24: f32 = 24.0;
pub(super) const FONT_SIZE_26: f32 = 26.0;
pub(super) const FONT_SIZE_28: f32 = 28.0;
pub(super) const FONT_SIZE_32: f32 = 32.0;
pub(super) const FONT_SIZE_36: f32 = 36.0;
pub(super) const FONT_SIZE_45: f32 = 45.0;
pub(super) const FONT_SIZE_48: f32 = 48.0;
pub(super) const FONT_SIZE_57: f32 = 57.0;
pub(super) const FONT_SIZE_64: f32 = 64.0;

// Line heights, in font sizes.
pub(super) const LINE_HEIGHT_100: f32 = 1.0;
pub(super) const LINE_HEIGHT_120: f32 = 1.2;
pub(super) const LINE_HEIGHT_130: f32 = 1.3;
pub(super) const LINE_HEIGHT_140: f32 = 1.4;
pub(super) const LINE_HEIGHT_150: f32 = 1.5;
pub(super) const LINE_HEIGHT_160: f32 = 1.6;
pub(super) const LINE_HEIGHT_170: f32 = 1.7;
pub(super) const LINE_HEIGHT_175: f32 = 1.75;

// Font weights.
pub(super) const FONT_WEIGHT_400: u16 = 400;
pub(super) const FONT_WEIGHT_700: u16 = 700;
