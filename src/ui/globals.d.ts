/** Short hash of the commit the page was built from; '' when unknown. */
declare const __COMMIT__: string;
