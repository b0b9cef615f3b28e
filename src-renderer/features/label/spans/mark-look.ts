/** How marks of a class look. */
export interface MarkLook {
  name(id: number): string;
  colour(id: number, dark: boolean): string;
}
