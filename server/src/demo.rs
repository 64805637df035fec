//! x
use crate::*;
pub struct Person{pub email:String,pub password:String} pub async fn fill(_:&Host)->Result<Vec<Person>,Error>{Ok(vec![])}
