/** What is known of an agent or a caller beyond skills; a list is for what one may have several of, such as languages. */
export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;
